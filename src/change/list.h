/* list.h - the list of changes, once each is dated and measured; private to change/. */
#ifndef TRAPLINE_CHANGE_LIST_H
#define TRAPLINE_CHANGE_LIST_H

#include "change/change.h"

/* What a change of level comes to: of counts a share of what was before. */
double change_effect(bool counts, double before, double after);
/* Neighbours that met are one change. */
void change_list_join(struct changes *c);
/* A change and the next that takes it back are a pause: levels before and after nearer to each other than half the way down. */
void change_list_pauses(struct changes *c);
/* Levels of logarithms back to those of the values. */
void change_list_exp(struct changes *c);

#endif
