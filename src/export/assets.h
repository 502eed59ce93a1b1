/* assets.h - files of src/export/assets/, built into the program by scripts/embed. */
#ifndef TRAPLINE_EXPORT_ASSETS_H
#define TRAPLINE_EXPORT_ASSETS_H

#include "base/str.h"

extern const struct str asset_report_css;

#endif
