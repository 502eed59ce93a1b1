#!/usr/bin/env python3
"""Writes the packs as one C file, so that the program finds them anywhere: embed.py OUT.c PACK.yaml..."""
import os
import sys

out, files = sys.argv[1], sorted(sys.argv[2:], key=os.path.basename)
with open(out, "w") as f:
    f.write('/* Made from packs/ by packs/embed.py. */\n#include "match/pack.h"\n\n')
    for i, path in enumerate(files):
        data = open(path, "rb").read()
        f.write("static const uint8_t pack_%d[] = {" % i)
        for k in range(0, len(data), 24):
            f.write("\n\t" + ",".join(str(b) for b in data[k:k + 24]) + ",")
        f.write("\n\t0,\n};\n")
    f.write("\nconst struct pack_text pack_shipped[] = {\n")
    for i, path in enumerate(files):
        f.write('\t{"%s", {pack_%d, sizeof pack_%d - 1}},\n' % (os.path.basename(path), i, i))
    f.write("};\nconst size_t pack_shipped_n = %d;\n" % len(files))
