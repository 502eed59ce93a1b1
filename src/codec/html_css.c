/* html_css.c - just enough CSS to know what a reader cannot see. Unknown things leave text visible. */
#include "base/hash.h"
#include "codec/html_int.h"

/* ---- values ---- */

/* CSS Color 4, 6.1; those of spam first */
static const struct {
	const char *name;
	uint32_t rgb;
} color_names[] = {{"white", 0xFFFFFF}, {"black", 0x000000}, {"red", 0xFF0000}, {"blue", 0x0000FF}, {"green", 0x008000},
	{"yellow", 0xFFFF00}, {"gray", 0x808080}, {"grey", 0x808080}, {"silver", 0xC0C0C0}, {"navy", 0x000080},
	{"maroon", 0x800000}, {"purple", 0x800080}, {"teal", 0x008080}, {"olive", 0x808000}, {"lime", 0x00FF00}, {"aqua", 0x00FFFF},
	{"cyan", 0x00FFFF}, {"fuchsia", 0xFF00FF}, {"magenta", 0xFF00FF}, {"orange", 0xFFA500}, {"pink", 0xFFC0CB},
	{"brown", 0xA52A2A}, {"gold", 0xFFD700}, {"whitesmoke", 0xF5F5F5}, {"snow", 0xFFFAFA}, {"ivory", 0xFFFFF0},
	{"ghostwhite", 0xF8F8FF}, {"floralwhite", 0xFFFAF0}, {"azure", 0xF0FFFF}, {"mintcream", 0xF5FFFA},
	{"lightyellow", 0xFFFFE0}, {"seashell", 0xFFF5EE}, {"honeydew", 0xF0FFF0}, {"aliceblue", 0xF0F8FF}, {"beige", 0xF5F5DC},
	{"linen", 0xFAF0E6}, {"oldlace", 0xFDF5E6}, {"cornsilk", 0xFFF8DC}, {"lavender", 0xE6E6FA}, {"gainsboro", 0xDCDCDC},
	{"lightgrey", 0xD3D3D3}, {"lightgray", 0xD3D3D3}, {"darkgray", 0xA9A9A9}, {"darkgrey", 0xA9A9A9}, {"dimgray", 0x696969},
	{"dimgrey", 0x696969}, {"darkblue", 0x00008B}, {"darkred", 0x8B0000}, {"darkgreen", 0x006400}, {"midnightblue", 0x191970},
	{"royalblue", 0x4169E1}, {"steelblue", 0x4682B4}, {"dodgerblue", 0x1E90FF}, {"lightblue", 0xADD8E6}, {"skyblue", 0x87CEEB},
	{"crimson", 0xDC143C}, {"indigo", 0x4B0082}, {"khaki", 0xF0E68C}, {"tan", 0xD2B48C}, {"wheat", 0xF5DEB3},
	{"tomato", 0xFF6347}, {"antiquewhite", 0xFAEBD7}, {"aquamarine", 0x7FFFD4}, {"bisque", 0xFFE4C4},
	{"blanchedalmond", 0xFFEBCD}, {"blueviolet", 0x8A2BE2}, {"burlywood", 0xDEB887}, {"cadetblue", 0x5F9EA0},
	{"chartreuse", 0x7FFF00}, {"chocolate", 0xD2691E}, {"coral", 0xFF7F50}, {"cornflowerblue", 0x6495ED},
	{"darkcyan", 0x008B8B}, {"darkgoldenrod", 0xB8860B}, {"darkkhaki", 0xBDB76B}, {"darkmagenta", 0x8B008B},
	{"darkolivegreen", 0x556B2F}, {"darkorange", 0xFF8C00}, {"darkorchid", 0x9932CC}, {"darksalmon", 0xE9967A},
	{"darkseagreen", 0x8FBC8F}, {"darkslateblue", 0x483D8B}, {"darkslategray", 0x2F4F4F}, {"darkslategrey", 0x2F4F4F},
	{"darkturquoise", 0x00CED1}, {"darkviolet", 0x9400D3}, {"deeppink", 0xFF1493}, {"deepskyblue", 0x00BFFF},
	{"firebrick", 0xB22222}, {"forestgreen", 0x228B22}, {"goldenrod", 0xDAA520}, {"greenyellow", 0xADFF2F},
	{"hotpink", 0xFF69B4}, {"indianred", 0xCD5C5C}, {"lavenderblush", 0xFFF0F5}, {"lawngreen", 0x7CFC00},
	{"lemonchiffon", 0xFFFACD}, {"lightcoral", 0xF08080}, {"lightcyan", 0xE0FFFF}, {"lightgoldenrodyellow", 0xFAFAD2},
	{"lightgreen", 0x90EE90}, {"lightpink", 0xFFB6C1}, {"lightsalmon", 0xFFA07A}, {"lightseagreen", 0x20B2AA},
	{"lightskyblue", 0x87CEFA}, {"lightslategray", 0x778899}, {"lightslategrey", 0x778899}, {"lightsteelblue", 0xB0C4DE},
	{"limegreen", 0x32CD32}, {"mediumaquamarine", 0x66CDAA}, {"mediumblue", 0x0000CD}, {"mediumorchid", 0xBA55D3},
	{"mediumpurple", 0x9370DB}, {"mediumseagreen", 0x3CB371}, {"mediumslateblue", 0x7B68EE}, {"mediumspringgreen", 0x00FA9A},
	{"mediumturquoise", 0x48D1CC}, {"mediumvioletred", 0xC71585}, {"mistyrose", 0xFFE4E1}, {"moccasin", 0xFFE4B5},
	{"navajowhite", 0xFFDEAD}, {"olivedrab", 0x6B8E23}, {"orangered", 0xFF4500}, {"orchid", 0xDA70D6},
	{"palegoldenrod", 0xEEE8AA}, {"palegreen", 0x98FB98}, {"paleturquoise", 0xAFEEEE}, {"palevioletred", 0xDB7093},
	{"papayawhip", 0xFFEFD5}, {"peachpuff", 0xFFDAB9}, {"peru", 0xCD853F}, {"plum", 0xDDA0DD}, {"powderblue", 0xB0E0E6},
	{"rebeccapurple", 0x663399}, {"rosybrown", 0xBC8F8F}, {"saddlebrown", 0x8B4513}, {"salmon", 0xFA8072},
	{"sandybrown", 0xF4A460}, {"seagreen", 0x2E8B57}, {"sienna", 0xA0522D}, {"slateblue", 0x6A5ACD}, {"slategray", 0x708090},
	{"slategrey", 0x708090}, {"springgreen", 0x00FF7F}, {"thistle", 0xD8BFD8}, {"turquoise", 0x40E0D0}, {"violet", 0xEE82EE},
	{"yellowgreen", 0x9ACD32}};

static bool hex_color(struct str s, uint32_t *rgb)
{
	uint32_t v = 0;
	for (size_t i = 0; i < s.n && i < 8; i++) {
		int d = ascii_hex(s.p[i]);
		if (d < 0)
			return false;
		v = v << 4 | (uint32_t)d;
	}
	switch (s.n) {
	case 4:
		v >>= 4;
		__attribute__((fallthrough));
	case 3:
		v = (v >> 8 & 15) * 0x110000 + (v >> 4 & 15) * 0x1100 + (v & 15) * 0x11;
		break;
	case 8:
		v >>= 8;
		break;
	case 6:
		break;
	default:
		return false;
	}
	*rgb = v & 0xFFFFFF;
	return true;
}

/* HTML 2.4.6 for attributes: everything is a colour; anything not hexadecimal is 0. */
static uint32_t legacy_color(struct str s)
{
	uint8_t digit[132];
	size_t n = 0;
	if (s.n && s.p[0] == '#')
		s = str_from(s, 1);
	for (size_t i = 0; i < s.n && n < 128; i++)
		digit[n++] = ascii_hex(s.p[i]) < 0 ? 0 : (uint8_t)ascii_hex(s.p[i]);
	while (n == 0 || n % 3)
		digit[n++] = 0;
	size_t len = n / 3, skip = len > 8 ? len - 8 : 0;
	while (len - skip > 2 && !digit[skip] && !digit[len + skip] && !digit[2 * len + skip])
		skip++;
	uint32_t v = 0;
	for (size_t k = 0; k < 3; k++) {
		const uint8_t *d = digit + k * len + skip;
		v = v << 8 | (len - skip >= 2 ? (uint32_t)(d[0] << 4 | d[1]) : d[0]);
	}
	return v;
}

/* A decimal number at *s, moved past it, in 1/1000; false when there is none. */
static bool number(struct str *s, int64_t *milli)
{
	size_t i = 0;
	bool minus = false, any = false;
	int64_t v = 0, unit = 1000;
	if (i < s->n && (s->p[i] == '-' || s->p[i] == '+'))
		minus = s->p[i++] == '-';
	for (; i < s->n && ascii_digit(s->p[i]); i++, any = true)
		if (v < 1000000000)
			v = v * 10 + (s->p[i] - '0') * 1000;
	if (i + 1 < s->n && s->p[i] == '.' && ascii_digit(s->p[i + 1]))
		for (i++; i < s->n && ascii_digit(s->p[i]); i++, any = true)
			v += (s->p[i] - '0') * (unit /= 10);
	if (!any)
		return false;
	*milli = minus ? -v : v;
	*s = str_from(*s, i);
	return true;
}

/* The numbers of "rgb(1 2% 3 / 50%)" or "hsl(120deg 1% 2%)" in 1/1000: how many there are, at most four. */
static size_t function_numbers(struct str s, int64_t milli[4], bool percent[4])
{
	size_t n = 0;
	for (s = str_from(s, str_find_byte(s, '(')); n < 4; n++) {
		while (s.n && (ascii_space(s.p[0]) || s.p[0] == '(' || s.p[0] == ',' || s.p[0] == '/'))
			s = str_from(s, 1);
		if (!number(&s, &milli[n]))
			break;
		percent[n] = s.n && s.p[0] == '%';
		s = str_from(s, percent[n] ? 1 : str_istarts(s, S("deg")) ? 3 : 0);
	}
	return n;
}

static int64_t between(int64_t low, int64_t x, int64_t high)
{
	return x < low ? low : x > high ? high : x;
}

/* CSS Color 4, 7.1. hue in 1/1000 degree, the others in 1/1000. */
static uint32_t hsl(int64_t hue, int64_t saturation, int64_t light)
{
	static const int64_t channel[3] = {0, 8000, 4000};
	uint32_t v = 0;
	int64_t twelfth = (hue % 360000 + 360000) % 360000 / 30;
	int64_t reach = saturation * (light < 500 ? light : 1000 - light) / 1000;
	for (size_t i = 0; i < 3; i++) {
		int64_t k = (channel[i] + twelfth) % 12000, up = k - 3000, down = 9000 - k;
		int64_t x = light - reach * between(-1000, up < down ? up : down, 1000) / 1000;
		v = v << 8 | (uint32_t)((x * 255 + 500) / 1000);
	}
	return v;
}

/* rgb(1,2,3), rgba(1 2 3 / 50%), hsl(120, 100%, 50%); alpha in 1/1000, untouched when not given. */
static bool color_function(struct str s, uint32_t *rgb, int64_t *alpha)
{
	bool is_hsl = str_istarts(s, S("hsl")), percent[4];
	int64_t x[4];
	size_t n = is_hsl || str_istarts(s, S("rgb")) ? function_numbers(s, x, percent) : 0;
	if (n < 3)
		return false;
	if (n == 4)
		*alpha = percent[3] ? x[3] / 100 : x[3];
	*rgb = is_hsl ? hsl(x[0], between(0, x[1] / 100, 1000), between(0, x[2] / 100, 1000)) : 0;
	for (size_t i = 0; i < 3 && !is_hsl; i++)
		*rgb = *rgb << 8 | (uint32_t)between(0, percent[i] ? x[i] * 255 / 100000 : x[i] / 1000, 255);
	return true;
}

bool html_color(struct str s, bool legacy, uint32_t *rgb)
{
	s = str_trim(s);
	if (s.n == 0)
		return false;
	if (s.p[0] == '#' && hex_color(str_from(s, 1), rgb))
		return true;
	if (ascii_alpha(s.p[0]))
		for (size_t i = 0; i < sizeof color_names / sizeof *color_names; i++)
			if (str_ieq(s, str_of(color_names[i].name))) {
				*rgb = color_names[i].rgb;
				return true;
			}
	if (!legacy)
		return false;
	/* A name that we do not know is a colour all the same: unknown, not the number that its letters would make. */
	bool hexish = true;
	for (size_t i = s.p[0] == '#'; i < s.n; i++)
		hexish &= ascii_hex(s.p[i]) >= 0;
	*rgb = hexish || s.p[0] == '#' ? legacy_color(s) : COLOR_NONE;
	return true;
}

/* Length in 1/10 px. *relative: per mille of the parent's size instead. */
static bool length_value(struct str s, int64_t *v, bool *relative)
{
	static const struct {
		const char *unit;
		int tenth_px;
	} units[] = {
		{"px", 10}, {"pt", 13}, {"pc", 160}, {"in", 960}, {"cm", 378}, {"mm", 38}, {"rem", 160}, {"vw", 60}, {"vh", 60}};
	int64_t x;
	*relative = false;
	if (!number(&s, &x))
		return false;
	if (str_istarts(s, S("em")) || str_istarts(s, S("%")) || str_istarts(s, S("ex"))) {
		*relative = true;
		*v = s.p[0] == '%' ? x / 100 : x;
		return true;
	}
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (str_istarts(s, str_of(units[i].unit))) {
			*v = x * units[i].tenth_px / 1000;
			return true;
		}
	*v = x / 100; /* no unit: pixels, as in quirks mode */
	return true;
}

/* ---- declarations ---- */

static void declare_color(struct html_css *css, struct str v)
{
	uint32_t rgb = COLOR_NONE;
	int64_t alpha = 1000;
	if (str_istarts(v, S("inherit")))
		return;
	if (str_ieq(v, S("transparent")))
		alpha = 0;
	else if (!html_color(v, false, &rgb) && !color_function(v, &rgb, &alpha))
		rgb = COLOR_NONE;
	css->fg = alpha < 50 ? COLOR_CLEAR : alpha < 1000 ? COLOR_NONE : rgb;
	css->set |= CSS_FG;
}

/* background and background-color: an image or gradient makes the ground unknown. */
static void declare_background(struct html_css *css, struct str v)
{
	uint32_t rgb = COLOR_NONE;
	int64_t alpha = 1000;
	if (str_ifind(v, S("url(")) != STR_NPOS || str_ifind(v, S("gradient")) != STR_NPOS) {
		css->bg = COLOR_NONE;
		css->set |= CSS_BG;
		return;
	}
	if (str_ieq(v, S("none")) || str_istarts(v, S("transparent")) || str_istarts(v, S("inherit")) ||
		str_istarts(v, S("initial")))
		return;
	if (!color_function(v, &rgb, &alpha)) {
		size_t n = 0;
		while (n < v.n && !ascii_space(v.p[n]))
			n++;
		if (!html_color(str_first(v, n), false, &rgb))
			rgb = COLOR_NONE;
	}
	if (alpha < 50)
		return;
	css->bg = alpha < 1000 ? COLOR_NONE : rgb;
	css->set |= CSS_BG;
}

static void declare_size(struct html_css *css, struct str v)
{
	int64_t x;
	bool relative;
	css->set &= (uint8_t) ~(CSS_SIZE | CSS_SCALE);
	if (!length_value(v, &x, &relative)) {
		if (str_ieq(v, S("inherit")) || str_ieq(v, S("smaller")) || str_ieq(v, S("larger")))
			return;
		x = SIZE_DEFAULT; /* small, x-large ...: all can be read */
	}
	css->size = (uint16_t)(x < 0 ? 0 : x > UINT16_MAX ? UINT16_MAX : x);
	css->set |= relative ? CSS_SCALE : CSS_SIZE;
}

/* A length that is nothing: 0, 0px, 1px. */
static bool no_extent(struct str v)
{
	int64_t x;
	bool relative;
	return length_value(v, &x, &relative) && x >= 0 && x <= (relative ? 0 : 10);
}

static bool far_away(struct str v)
{
	int64_t x;
	bool relative;
	return length_value(v, &x, &relative) && (relative ? x <= -50000 : x <= -5000);
}

static void set_bit(uint8_t *bits, uint8_t bit, bool on)
{
	*bits = on ? *bits | bit : *bits & (uint8_t)~bit;
}

static void declare_hide(struct html_css *css, uint8_t bit, bool on)
{
	set_bit(&css->hide_on, bit, on);
	set_bit(&css->hide_off, bit, !on);
}

static void declare(struct html_css *css, struct str name, struct str v)
{
	int64_t x;
	bool relative;
	switch (name.n) {
	case 3:
		if (str_ieq(name, S("top")))
			set_bit(&css->hide_on, HIDE_AWAY, far_away(v));
		break;
	case 4:
		if (str_ieq(name, S("left")))
			set_bit(&css->hide_on, HIDE_AWAY, far_away(v));
		else if (str_ieq(name, S("font")))
			for (struct str rest = v, tok; str_next(&rest, ' ', &tok);)
				if (tok.n && (ascii_digit(tok.p[0]) || tok.p[0] == '.') && str_find_byte(tok, 'p') != STR_NPOS) {
					declare_size(css, tok);
					break;
				}
		break;
	case 5:
		if (str_ieq(name, S("color")))
			declare_color(css, v);
		else if (str_ieq(name, S("width")))
			set_bit(&css->box, BOX_W0, no_extent(v));
		break;
	case 6:
		if (str_ieq(name, S("height")))
			set_bit(&css->box, BOX_H0, no_extent(v));
		break;
	case 7:
		if (str_ieq(name, S("display")))
			declare_hide(css, HIDE_DISPLAY, str_ieq(v, S("none")));
		else if (str_ieq(name, S("opacity")))
			set_bit(&css->hide_on, HIDE_OPACITY, length_value(v, &x, &relative) && x < (relative ? 50 : 1));
		break;
	case 8:
		if (str_ieq(name, S("overflow")))
			set_bit(&css->box, BOX_CLIP, str_ieq(v, S("hidden")) || str_ieq(v, S("clip")));
		else if (str_ieq(name, S("mso-hide")))
			set_bit(&css->hide_on, HIDE_MSO, str_ieq(v, S("all")));
		break;
	case 9:
		if (str_ieq(name, S("font-size")))
			declare_size(css, v);
		else if (str_ieq(name, S("max-width")))
			set_bit(&css->box, BOX_W0, no_extent(v));
		break;
	case 10:
		if (str_ieq(name, S("background")))
			declare_background(css, v);
		else if (str_ieq(name, S("visibility")))
			declare_hide(css, HIDE_VISIBILITY, str_ieq(v, S("hidden")) || str_ieq(v, S("collapse")));
		else if (str_ieq(name, S("max-height")))
			set_bit(&css->box, BOX_H0, no_extent(v));
		break;
	case 11:
		if (str_ieq(name, S("text-indent")))
			set_bit(&css->hide_on, HIDE_AWAY, far_away(v));
		else if (str_ieq(name, S("white-space"))) {
			css->pre = str_istarts(v, S("pre")) && !str_ieq(v, S("pre-line"));
			css->set |= CSS_PRE;
		}
		break;
	case 16:
		if (str_ieq(name, S("background-color")) || str_ieq(name, S("background-image")))
			declare_background(css, v);
		break;
	default:
		break;
	}
}

/* The end of a declaration: ';' outside of quotes and parentheses. Unbalanced ones count no more from there on: one stray
 * quote does not swallow the rest, and nothing is scanned twice. */
static size_t declaration_end(struct str s, bool *simple)
{
	uint8_t quote = 0;
	unsigned parens = 0;
	for (size_t i = 0; i < s.n && !*simple; i++) {
		uint8_t b = s.p[i];
		if (quote)
			quote = b == quote ? 0 : quote;
		else if (b == '"' || b == '\'')
			quote = b;
		else if (b == '(')
			parens++;
		else if (b == ')')
			parens -= parens > 0;
		else if (b == ';' && !parens)
			return i;
	}
	*simple |= quote || parens;
	size_t semi = *simple ? str_find_byte(s, ';') : STR_NPOS;
	return semi == STR_NPOS ? s.n : semi;
}

static struct str drop_important(struct str v)
{
	size_t bang = str_find_byte(v, '!');
	return bang == STR_NPOS ? v : str_rtrim(str_first(v, bang));
}

void css_declarations(struct html_css *css, struct str s)
{
	bool simple = str_find_byte(s, '(') == STR_NPOS && str_find_byte(s, '"') == STR_NPOS && str_find_byte(s, '\'') == STR_NPOS;
	for (unsigned n = 0; s.n && n < LIM_CSS_DECLARATIONS; n++) {
		size_t end = declaration_end(s, &simple);
		struct str d = str_first(s, end);
		size_t colon = str_find_byte(d, ':');
		s = str_from(s, end + 1);
		if (colon != STR_NPOS)
			declare(css, str_trim(str_first(d, colon)), drop_important(str_trim(str_from(d, colon + 1))));
	}
}

void css_merge(struct html_css *into, const struct html_css *from)
{
	if (from->set & CSS_FG)
		into->fg = from->fg;
	if (from->set & CSS_BG)
		into->bg = from->bg;
	if (from->set & (CSS_SIZE | CSS_SCALE)) {
		into->size = from->size;
		into->set &= (uint8_t) ~(CSS_SIZE | CSS_SCALE);
	}
	if (from->set & CSS_PRE)
		into->pre = from->pre;
	into->set |= from->set;
	into->hide_on = (into->hide_on & (uint8_t)~from->hide_off) | from->hide_on;
	into->hide_off = (into->hide_off & (uint8_t)~from->hide_on) | from->hide_off;
	into->box |= from->box;
}

void css_apply(struct html_style *st, const struct html_style *parent, const struct html_css *css)
{
	if (css->set & CSS_FG)
		st->fg = css->fg;
	if (css->set & CSS_BG)
		st->bg = css->bg;
	if (css->set & CSS_SIZE)
		st->size = css->size;
	if (css->set & CSS_SCALE) {
		uint32_t size = (uint32_t)parent->size * css->size / 1000;
		st->size = (uint16_t)(size > UINT16_MAX ? UINT16_MAX : size);
	}
	if (css->set & CSS_PRE)
		st->pre = css->pre;
	if (css->hide_off & HIDE_VISIBILITY)
		st->hide &= (uint8_t)~HIDE_VISIBILITY; /* the only one that a child can undo */
	st->hide |= css->hide_on;
	if ((css->box & BOX_CLIP) && (css->box & (BOX_W0 | BOX_H0)))
		st->hide |= HIDE_BOX;
}

static bool near_colors(uint32_t a, uint32_t b)
{
	for (int shift = 0; shift < 24; shift += 8) {
		int d = (int)(a >> shift & 255) - (int)(b >> shift & 255);
		if (d > 20 || d < -20)
			return false;
	}
	return true;
}

void style_settle(struct html_style *st)
{
	st->hidden = st->hide || st->size < SIZE_TINY || st->fg == COLOR_CLEAR ||
	             (st->fg != COLOR_NONE && st->bg != COLOR_NONE && near_colors(st->fg, st->bg));
}
