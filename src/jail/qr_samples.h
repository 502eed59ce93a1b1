/* qr_samples.h - for *_test.c only: QR codes made by qrencode 4.1.1, row by row as hexadecimal numbers, the first module highest, and what
 * draws them.
 */
#ifndef TRAPLINE_CODEC_QR_SAMPLES_H
#define TRAPLINE_CODEC_QR_SAMPLES_H

#include "base/str.h"

/* https://login.example.com/v?e=a1b2c3; level M, 29 modules */
#define QR_URL_TEXT "https://login.example.com/v?e=a1b2c3"
#define QR_URL \
	"fe953bf8 82d48a08 ba79aae8 ba93d2e8 ba731ae8 822c7a08 feaaabf8 00c16000 b724f258 f0feff88 d7dc6e30 d181b888 5e5bf460 " \
	"50f31238 0eacf5b8 50ba0790 a67a25d0 21cb2970 be57c920 111e44a0 67864fe0 00e848f8 fef2bad0 82eea8c8 ba314fa0 ba9dddc8 " \
	"ba8a3528 82038ed0 fee19890"

/* HTTPS://EXAMPLE.ORG/PAY; level Q, 25 modules */
#define QR_UPPER_TEXT "HTTPS://EXAMPLE.ORG/PAY"
#define QR_UPPER \
	"fe0f3f8 82bf208 ba362e8 ba8bae8 bad52e8 8216a08 feaabf8 009b000 5eefed0 998b160 2ab2d88 f163a70 1f3e2f0 b89c7c0 ee5d2c0 " \
	"9c9d238 b3fbfb8 00818c0 fe7cab0 82938f0 bacafa0 badbf28 ba686f8 8285390 fe0dab8"

/* WIFI:T:WPA;S:0123456789;P:42;;; level H, 33 modules */
#define QR_NUMBERS_TEXT "WIFI:T:WPA;S:0123456789;P:42;;"
#define QR_NUMBERS \
	"fe84db3f8 82dbff208 ba462f2e8 bae16f2e8 ba94002e8 829d27208 feaaaabf8 007b86800 122cce1d8 b84e06288 c2ab98f90 7d2f373a0 " \
	"56e63b9e8 b949a11f0 4b8cfcb90 685026340 9ee2caba8 209d0db20 7e7789d48 98848cad8 12fa947c8 2cd17d458 ca62e4310 55f78c510 " \
	"8edbb6fb8 008340890 fe6554ae0 8230798d0 ba1efafb8 bac6e03f8 ba2b6ad88 8256130a8 fe332dde0"

/* https://secure-login.example.net/session/renew?id=4f1c2ab90d&to=Zm9vQGV4YW1wbGUub3Jn&next=https%3A%2F%2Fexample.org%2F; level H, 57 modules */
#define QR_LONG_TEXT \
	"https://secure-login.example.net/session/renew?id=4f1c2ab90d&to=Zm9vQGV4YW1wbGUub3Jn&next=https%3A%2F%2Fexample.org%2F"
#define QR_LONG \
	"fe81c457f5e73f8 82a4a88dba8d208 bae48f85649f2e8 ba5424f993712e8 ba053e3f59f92e8 82e0ff62a21a208 feaaaaaaaaaabf8 " \
	"00f55c2249ba800 3aaa403fa275738 b08060f01c79ca8 5e9d0b98611fab0 e485031b8ce5ce8 76a8c278cc13818 a9589d7dccfd968 " \
	"1a16c091dee3a50 498cbb3e77837a8 e6d3002bf817658 14aa16aa557cc68 5e83a7c4ab06b20 49f7229cb8b9cb0 6b0cd7561270050 " \
	"a861587e7cb1d78 f2b12a0a930b3f0 dc647a2b28ba9e0 934bca12a300240 6872ea6fa06dce8 2fdb3dfe0613f90 d8f38763dd2e8e8 " \
	"0abe4fea8056a90 7888bba2edf98d8 8fc4a1ff0d07ff0 1defa82aa5b9060 6f25e5980470c88 c1dd496a7df0850 8b45f0fb3616d90 " \
	"3d219c0b0c4d670 eb2e11e81442e88 0c6cf7e9d0fcd78 2e006f963e1e4e0 6522a04145a9670 163f04ea8a50cc8 f17a56ac21ac068 " \
	"73dbca12815e430 d1cecc2cf1be630 42f24f93d366590 99bd260dbdf5628 a65ace5238b6560 f922b44d36dbaf0 0357a7ff8a06fd0 " \
	"00f77ba2f6298c8 fe4c712a9087af0 822762e2c5fd8e8 baa9dc3fd263f80 bad1864c8a30680 babd94f1b05be20 8224d9d0e1e9d60 " \
	"fe18d67a2354790"

/* HTTPS://EXAMPLE.COM/2026 0123456789012345678901234567890123456789; level Q, 77 modules */
#define QR_LARGE_TEXT "HTTPS://EXAMPLE.COM/2026 0123456789012345678901234567890123456789"
#define QR_LARGE \
	"fe0ad2a3ecd4462b83f8 8211b1d90027e00d2a08 bac6c737c252b4190ae8 ba2f36dcdc840c80cae8 bae5e6fbab2bf9d5bae8 " \
	"828fb88998fe3bb72208 feaaaaaaaaaaaaaaabf8 0030638fc4223af76800 4a9300fa8487ec813da0 9d76d20208d4262b9300 " \
	"bb684e37e5dc1ffac020 ad32c6a1c456d4112f70 5f92c950817991675bf8 0061e7220f2a3dcdf4e0 f670066467062058e340 " \
	"b4b402964060dcf7ca90 b611614706a70a813238 dd70bb268cd4a02b0700 7b2a3671659d3d7ad020 ad54d681a05756912d70 " \
	"1fb0a1508758128741f8 0081bfa24d2ab84df4e8 363217e46547a5507f58 7494521621e15e9fd298 bff166ff47e7eaa0bfb8 " \
	"18f1f88eec3620220888 baaf32a9657eb523dab8 e8d75289a5f23eb128e0 dfb774f881ffeaed4fe0 0481f8c248288047e070 " \
	"8337335c6167d55672d8 c01b585639e23ebbc608 c76177ff5fe12afeaca0 08ebf7b6e43500501980 8f35717969795549c320 " \
	"c04f3161bd35ba317f70 cf261e28999eece71578 00898f524188e74de010 c3b6b90c6965b6d01298 810a99c738261c3b8748 " \
	"0f60e7f1dee30b7eed40 c56b67b3e43301d45e40 4235d56ee97f5c49c4c0 514ea16124a3aaf33970 bf369a338180ec875138 " \
	"24010f57d914e62de070 dff63ffce1fffff07fd8 b8db1b8d29a6341b8888 2ab0e2abbee2b37edaa0 d89be589843639d478e0 " \
	"5fa5d4fed97fe4497fc0 708ea18caca7baf78290 8fd69aba5983ec80d8b8 2de10ef11111062a7570 db9e3f5f79fcfff371d8 " \
	"a52d1aec1fa754199c88 3a4ce38be4e2537ecfa0 f0b9e4b9c430f9d470f0 5b95d4b70d7d84417658 79aea18c08b73effda08 " \
	"8fd69aa5fd826a98a9a0 21a10efa511886321410 df9a3f491ffdffe3d1b8 a5297a7c1fb75019bde8 ba4a8a5de2be557fcfe0 " \
	"f0bba582c24effd470f0 4f93a43d894386c1f658 0988f85c2e85387f5b08 7b92cafdfbc3ed59afa0 0083678a135227929890 " \
	"fe1a66a979febee3caa0 8209f98c1eb6307938f8 bacbc9fdc3bff51f5ff0 ba7bc43a82485f9de0e0 ba37477de8030ee87ad8 " \
	"828bf0ec2aa1907fc790 fe15d405f9a2d50ab520"

/* Whether a module is dark; none is outside. size is that of the code. */
static inline bool qr_sample_at(const char *rows, int size, int x, int y)
{
	int digits = (size + 3) / 4;
	if (x < 0 || y < 0 || x >= size || y >= size)
		return false;
	return ascii_hex((uint8_t)rows[y * (digits + 1) + x / 4]) >> (3 - x % 4) & 1;
}

/* Modules of a side. */
static inline int qr_sample_size(const char *rows)
{
	size_t row = 0, all = strlen(rows) + 1;
	while (rows[row] != ' ')
		row++;
	return (int)(all / (row + 1));
}

#endif
