/* qr.c - three finder patterns to the grid of a code; see qr.h. */
#include <math.h>
#include <stdlib.h>

#include "jail/qr_int.h"
#include "jail/qr_read.h"

enum { FINDER = 7, ALIGNMENT = 5, NEAR = 4 /* modules, where the alignment pattern is looked for */ };

static const double HALF_FINDER = FINDER / 2.0;

struct point {
	double x, y;
};

static struct point minus(struct point a, struct point b)
{
	return (struct point){a.x - b.x, a.y - b.y};
}

static double turn(struct point a, struct point b)
{
	return a.x * b.y - a.y * b.x;
}

static double length(struct point a)
{
	return sqrt(a.x * a.x + a.y * a.y);
}

/* Where the modules of a code lie. Centre of the finder at the corner, to the right of it, below it; the weights make it a projection
 * (barycentric coordinates): 1 and 1 for none. */
struct frame {
	const struct qr_picture *p;
	struct point corner, right, below;
	double right_weight, below_weight;
	double level[3]; /* dark is below, at the three */
	double module;   /* pixels */
	bool light;
	int size;
};

static struct point place(const struct frame *f, double x, double y)
{
	double side = f->size - FINDER, b = (x - HALF_FINDER) / side, c = (y - HALF_FINDER) / side, a = 1 - b - c;
	b *= f->right_weight;
	c *= f->below_weight;
	double sum = a + b + c;
	sum = fabs(sum) < 1e-6 ? 1 : sum;
	return (struct point){(a * f->corner.x + b * f->right.x + c * f->below.x) / sum,
		(a * f->corner.y + b * f->right.y + c * f->below.y) / sum};
}

/* The grey at a point, between four pixels; outside it is as at the border. */
static double grey_at(const struct qr_picture *p, struct point at)
{
	double x = at.x - 0.5, y = at.y - 0.5;
	x = x > 0 ? x < p->width - 1 ? x : p->width - 1 : 0; /* also of what is no number */
	y = y > 0 ? y < p->height - 1 ? y : p->height - 1 : 0;
	uint32_t left = (uint32_t)x, top = (uint32_t)y;
	uint32_t next = left + 1 < p->width ? 1 : 0, under = top + 1 < p->height ? p->width : 0;
	const uint8_t *g = p->grey + (size_t)top * p->width + left;
	double fx = x - left, fy = y - top;
	return (g[0] * (1 - fx) + g[next] * fx) * (1 - fy) + (g[under] * (1 - fx) + g[under + next] * fx) * fy;
}

/* Whether the module is dark whose middle this is, by that and, where it is large enough, by four points about it. */
static bool dark_at(const struct frame *f, double x, double y)
{
	static const double about[][2] = {{0, 0}, {-0.2, -0.2}, {-0.2, 0.2}, {0.2, -0.2}, {0.2, 0.2}};
	double side = f->size - FINDER, b = (x - HALF_FINDER) / side, c = (y - HALF_FINDER) / side, sum = 0;
	double level = f->level[0] + b * (f->level[1] - f->level[0]) + c * (f->level[2] - f->level[0]);
	int n = f->module >= 3 ? 5 : 1;
	for (int i = 0; i < n; i++)
		sum += grey_at(f->p, place(f, x + about[i][0], y + about[i][1]));
	return (sum < n * level) != f->light;
}

/* Half way between the ring of a finder and its rim: lines one module wide, which blurring brings equally near. */
static double level_of(const struct frame *f, double x, double y)
{
	static const int sides[][2] = {{-1, 0}, {1, 0}, {0, -1}, {0, 1}};
	double sum = 0;
	for (int i = 0; i < 4; i++)
		for (int far = 2; far <= 3; far++)
			sum += grey_at(f->p, place(f, x + HALF_FINDER + far * sides[i][0], y + HALF_FINDER + far * sides[i][1]));
	return sum / 8;
}

/* ---- how many modules ---- */

static void set_size(struct frame *f, int size)
{
	f->size = size;
	f->level[0] = level_of(f, 0, 0);
	f->level[1] = level_of(f, size - FINDER, 0);
	f->level[2] = level_of(f, 0, size - FINDER);
}

/* The share of the modules between the finders that are dark and light in turn, as they must. */
static double timing(const struct frame *f)
{
	int good = 0, all = 0;
	for (int k = FINDER + 1; k < f->size - FINDER - 1; k++, all += 2) {
		good += dark_at(f, k + 0.5, FINDER - 0.5) == (k % 2 == 0);
		good += dark_at(f, FINDER - 0.5, k + 0.5) == (k % 2 == 0);
	}
	return (double)good / all;
}

/* The size near what the finders' width makes likely of which that share is largest. False: nowhere large enough. */
static bool find_size(struct frame *f, double guess)
{
	static const double enough = 0.75;
	double best = 0;
	int version = (int)lround((guess - 17) / 4), far = 1 + version / 8, size = 0;
	for (int v = version - far; v <= version + far; v++) {
		if (v < 1 || v > QR_VERSIONS)
			continue;
		set_size(f, 17 + 4 * v);
		double share = timing(f);
		if (share > best) {
			best = share;
			size = f->size;
		}
	}
	if (best < enough)
		return false;
	set_size(f, size);
	f->module = length(minus(f->right, f->corner)) / (size - FINDER);
	return true;
}

/* ---- projection ---- */

/* Modules of an alignment pattern that are as they must, when its middle were moved by so many. */
static int alignment_at(const struct frame *f, double x, double y)
{
	int good = 0;
	for (int j = -2; j <= 2; j++)
		for (int i = -2; i <= 2; i++) {
			bool ring = i >= -1 && i <= 1 && j >= -1 && j <= 1 && (i || j);
			good += dark_at(f, f->size - 6.5 + x + i, f->size - 6.5 + y + j) == !ring;
		}
	return good;
}

/* The weights by which the alignment pattern comes to lie where it is found. False: there is none. */
static bool project(struct frame *f)
{
	static const double step = 0.5;
	int best = ALIGNMENT * ALIGNMENT - 3, n = 0;
	double x = 0, y = 0;
	for (int j = (int)(-NEAR / step); f->size > QR_LEAST && j <= NEAR / step; j++)
		for (int i = (int)(-NEAR / step); i <= NEAR / step; i++) {
			int good = alignment_at(f, i * step, j * step);
			if (good < best)
				continue;
			if (good > best)
				x = y = n = 0;
			best = good;
			x += i * step, y += j * step, n++;
		}
	if (!n)
		return false;
	struct point at = place(f, f->size - 6.5 + x / n, f->size - 6.5 + y / n);
	struct point right = minus(f->right, f->corner), below = minus(f->below, f->corner), to = minus(at, f->corner);
	double area = turn(right, below), b = turn(to, below) / area, c = turn(right, to) / area, a = 1 - b - c;
	double r = (f->size - 10.0) / (f->size - FINDER), scale = (1 - 2 * r) / r / a;
	f->right_weight = b * scale;
	f->below_weight = c * scale;
	return f->right_weight > 0.5 && f->right_weight < 2 && f->below_weight > 0.5 && f->below_weight < 2;
}

/* ---- texts ---- */

bool qr_next(const struct qr_texts *t, size_t *at, struct str *text)
{
	struct str rest = *at < t->n ? str_make(t->p + *at, t->n - *at) : S("");
	*text = str_first(rest, str_find_byte(rest, 0));
	*at += text->n + 1;
	return rest.n;
}

static bool is_new(const struct qr_texts *t, struct str text)
{
	struct str known;
	for (size_t at = 0; qr_next(t, &at, &known);)
		if (str_eq(known, text))
			return false;
	return true;
}

static void keep(struct qr_texts *t, struct str text)
{
	if (!text.n || !is_new(t, text))
		return;
	memcpy(t->p + t->n, text.p, text.n);
	t->n += (uint32_t)text.n;
	t->p[t->n++] = 0;
}

/* What is left of a text that was cut off: up to where a link's host is sure to be over, for the beginning of a host is somebody else's. */
static size_t cut(const uint8_t *text, size_t n)
{
	while (n && !ascii_space(text[n - 1]) && !memchr("/?#", text[n - 1], 3))
		n--;
	return n;
}

/* Modules of a code, 0 for dark, in rows of QR_MOST, y down. */
struct grid {
	int size;
	uint8_t light[QR_MOST * QR_MOST];
};

void qr_draw_fixed(uint8_t *light, int size, size_t row)
{
	for (int y = -1; y <= FINDER; y++)
		for (int x = -1; x <= FINDER; x++) {
			int across = abs(x - FINDER / 2), down = abs(y - FINDER / 2), far = across > down ? across : down;
			for (int i = 0; i < 3; i++) {
				int to_x = x + (i == 1) * (size - FINDER), to_y = y + (i == 2) * (size - FINDER);
				if (to_x >= 0 && to_y >= 0 && to_x < size && to_y < size)
					light[(size_t)to_y * row + (size_t)to_x] = far == 2 || far == 4;
			}
		}
	for (int k = FINDER + 1; k < size - FINDER - 1; k++)
		light[(FINDER - 1) * row + (size_t)k] = light[(size_t)k * row + FINDER - 1] = k % 2;
}

static bool read_grid(struct qr_search *s, const struct frame *f)
{
	struct grid g = {.size = f->size};
	uint8_t text[QR_TEXT];
	size_t room = s->texts.n + 1 < QR_TEXT ? QR_TEXT - s->texts.n - 1 : 0;
	if (s->tries == QR_TRIES)
		return false;
	s->tries++;
	for (int y = 0; y < g.size; y++)
		for (int x = 0; x < g.size; x++)
			g.light[(size_t)y * QR_MOST + (size_t)x] = !dark_at(f, x + 0.5, y + 0.5);
	qr_draw_fixed(g.light, g.size, QR_MOST);
	int whole = qr_read(g.light, g.size, 1, QR_MOST, text, room);
	if (whole < 0) /* a mirrored one */
		whole = qr_read(g.light, g.size, QR_MOST, 1, text, room);
	if (whole < 0)
		return false;
	size_t n = (size_t)whole > room ? cut(text, room) : (size_t)whole;
	for (size_t i = 0; i < n; i++)
		text[i] = text[i] ? text[i] : ' ';
	keep(&s->texts, str_make(text, n));
	return true;
}

/* ---- three patterns ---- */

static struct point point_of(const struct qr_centre *c)
{
	return (struct point){c->x, c->y};
}

/* Whether they stand like the finders of a code: a right angle at the first, between sides of one length. */
static bool is_corner(const struct frame *f, double module)
{
	struct point right = minus(f->right, f->corner), below = minus(f->below, f->corner);
	double a = length(right), b = length(below), most = a > b ? a : b, least = a > b ? b : a;
	double cosine = (right.x * below.x + right.y * below.y) / (a * b);
	return least >= (QR_LEAST - FINDER) * module / 1.7 && most <= 1.3 * least && fabs(cosine) < 0.25;
}

static bool look_at(struct qr_search *s, struct frame *f, double module)
{
	if (!is_corner(f, module) || s->sketches == QR_SKETCHES || s->tries == QR_TRIES)
		return false;
	s->sketches++;
	struct point right = minus(f->right, f->corner);
	double side = length(right), along = fmax(fabs(right.x), fabs(right.y)) / side;
	f->module = module * along;
	if (!find_size(f, side / f->module + FINDER))
		return false;
	struct frame seen = *f;
	return (project(&seen) && read_grid(s, &seen)) || read_grid(s, f);
}

/* Three patterns of one width and colour, of which any may be at the corner. */
static bool look_at_three(struct qr_search *s, const struct qr_picture *p, struct qr_centre *const c[3])
{
	double least = fmin(fmin(c[0]->module, c[1]->module), c[2]->module);
	double most = fmax(fmax(c[0]->module, c[1]->module), c[2]->module);
	if (most > 1.5 * least || c[0]->light != c[1]->light || c[0]->light != c[2]->light)
		return false;
	for (int i = 0; i < 3; i++) {
		struct frame f = {.p = p, .right_weight = 1, .below_weight = 1, .light = c[0]->light};
		f.corner = point_of(c[i]);
		f.right = point_of(c[(i + 1) % 3]);
		f.below = point_of(c[(i + 2) % 3]);
		if (turn(minus(f.right, f.corner), minus(f.below, f.corner)) < 0) {
			struct point right = f.right;
			f.right = f.below;
			f.below = right;
		}
		if (look_at(s, &f, (least + most) / 2))
			return true;
	}
	return false;
}

void qr_look(struct qr_search *s, const uint8_t *grey, uint32_t width, uint32_t height)
{
	const struct qr_picture p = {grey, width, height};
	struct qr_centres k;
	if (width < QR_LEAST || height < QR_LEAST)
		return;
	qr_centres(&p, &k);
	for (size_t a = 0; a < k.n; a++)
		for (size_t b = a + 1; b < k.n; b++)
			for (size_t c = b + 1; c < k.n; c++) {
				struct qr_centre *three[] = {&k.v[a], &k.v[b], &k.v[c]};
				if (!three[0]->used && !three[1]->used && !three[2]->used && look_at_three(s, &p, three))
					three[0]->used = three[1]->used = three[2]->used = true;
			}
}
