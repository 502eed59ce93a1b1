/* image_server.h - the other side of image.h: the server and its children; internal to jail/. */
#ifndef TRAPLINE_JAIL_IMAGE_SERVER_H
#define TRAPLINE_JAIL_IMAGE_SERVER_H

/* Runs until the main process is gone; the exit code. */
int image_server(void);

#endif
