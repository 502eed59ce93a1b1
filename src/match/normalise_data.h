/* normalise_data.h - generated once from the Unicode database (NFKD, UAX #15) and a hand-made list of look-alikes (after
 * UTS #39); then kept by hand. One entry a character: K keep, L letter, A reads as ASCII, C confusable, D drop, S space.
 * Included by normalise_tab.c only. */
/* clang-format off */
static const struct cell cells_00a0[] = {
	S, C("i"), C("c"), C("l"), K, C("y"), K, K, K, D, A("a"), A("\""), K, D, D, K, K, K, A("2"), A("3"), A("'"), A("u"), K, A("."),
	K, A("1"), A("o"), A("\""), K, K, K, K, A("a"), A("a"), A("a"), A("a"), A("a"), A("a"), A("ae"), A("c"), A("e"), A("e"),
	A("e"), A("e"), A("i"), A("i"), A("i"), A("i"), A("d"), A("n"), A("o"), A("o"), A("o"), A("o"), A("o"), K, A("o"), A("u"),
	A("u"), A("u"), A("u"), A("y"), A("p"), A("ss"), A("a"), A("a"), A("a"), A("a"), A("a"), A("a"), A("ae"), A("c"), A("e"),
	A("e"), A("e"), A("e"), A("i"), A("i"), A("i"), A("i"), A("d"), A("n"), A("o"), A("o"), A("o"), A("o"), A("o"), K, A("o"),
	A("u"), A("u"), A("u"), A("u"), A("y"), A("p"), A("y"), A("a"), A("a"), A("a"), A("a"), A("a"), A("a"), A("c"), A("c"), A("c"),
	A("c"), A("c"), A("c"), A("c"), A("c"), A("d"), A("d"), A("d"), A("d"), A("e"), A("e"), A("e"), A("e"), A("e"), A("e"), A("e"),
	A("e"), A("e"), A("e"), A("g"), A("g"), A("g"), A("g"), A("g"), A("g"), A("g"), A("g"), A("h"), A("h"), A("h"), A("h"), A("i"),
	A("i"), A("i"), A("i"), A("i"), A("i"), A("i"), A("i"), A("i"), A("i"), A("ij"), A("ij"), A("j"), A("j"), A("k"), A("k"),
	A("k"), A("l"), A("l"), A("l"), A("l"), A("l"), A("l"), L, L, A("l"), A("l"), A("n"), A("n"), A("n"), A("n"), A("n"), A("n"),
	L, A("n"), A("n"), A("o"), A("o"), A("o"), A("o"), A("o"), A("o"), A("oe"), A("oe"), A("r"), A("r"), A("r"), A("r"), A("r"),
	A("r"), A("s"), A("s"), A("s"), A("s"), A("s"), A("s"), A("s"), A("s"), A("t"), A("t"), A("t"), A("t"), A("t"), A("t"), A("u"),
	A("u"), A("u"), A("u"), A("u"), A("u"), A("u"), A("u"), A("u"), A("u"), A("u"), A("u"), A("w"), A("w"), A("y"), A("y"), A("y"),
	A("z"), A("z"), A("z"), A("z"), A("z"), A("z"), A("s"), A("b"), A("b"), A("b"), A("b"), L, L, A("o"), A("c"), A("c"), A("d"),
	A("d"), L, L, L, A("e"), L, L, A("f"), A("f"), A("g"), L, L, A("i"), A("i"), A("k"), A("k"), A("l"), L, A("w"), A("n"), A("n"),
	A("o"), A("o"), A("o"), L, L, A("p"), A("p"), L, L, L, L, L, A("t"), A("t"), A("t"), A("t"), A("u"), A("u"), L, A("v"), A("y"),
	A("y"), A("z"), A("z"), L, L, L, L, L, L, L, L, L, A("l"), L, L, L, A("dz"), A("dz"), A("dz"), A("lj"), A("lj"), A("lj"),
	A("nj"), A("nj"), A("nj"), A("a"), A("a"), A("i"), A("i"), A("o"), A("o"), A("u"), A("u"), A("u"), A("u"), A("u"), A("u"),
	A("u"), A("u"), A("u"), A("u"), A("e"), A("a"), A("a"), A("a"), A("a"), A("ae"), A("ae"), L, L, A("g"), A("g"), A("k"), A("k"),
	A("o"), A("o"), A("o"), A("o"), L, L, A("j"), A("dz"), A("dz"), A("dz"), A("g"), A("g"), A("h"), L, A("n"), A("n"), A("a"),
	A("a"), A("ae"), A("ae"), A("o"), A("o"), A("a"), A("a"), A("a"), A("a"), A("e"), A("e"), A("e"), A("e"), A("i"), A("i"),
	A("i"), A("i"), A("o"), A("o"), A("o"), A("o"), A("r"), A("r"), A("r"), A("r"), A("u"), A("u"), A("u"), A("u"), A("s"), A("s"),
	A("t"), A("t"), L, L, A("h"), A("h"), A("n"), A("d"), A("ou"), A("ou"), A("z"), A("z"), A("a"), A("a"), A("e"), A("e"), A("o"),
	A("o"), A("o"), A("o"), A("o"), A("o"), A("o"), A("o"), A("y"), A("y"), A("l"), A("n"), A("t"), A("j"), L, L, A("a"), A("c"),
	A("c"), A("l"), A("t"), A("s"), A("z"), L, L, A("b"), A("u"), A("v"), A("e"), A("e"), A("j"), A("j"), A("q"), A("q"), A("r"),
	A("r"), A("y"), A("y"), A("a"), A("a"), L, A("b"), A("c"), A("c"), A("d"), A("d"), L, A("e"), L, A("e"), A("e"), L, L, A("j"),
	A("g"), A("g"), A("g"), A("y"), L, L, A("h"), A("h"), A("i"), A("i"), A("i"), A("l"), A("l"), A("l"), L, A("w"), L, A("m"),
	A("n"), A("n"), A("n"), A("o"), L, L, L, A("r"), L, L, A("r"), A("r"), A("r"), L, A("r"), A("r"), A("s"), L, L, L, L, A("t"),
	A("t"), A("u"), L, A("v"), A("v"), A("m"), A("y"), A("y"), A("z"), A("z"), L, L, L, L, L, L, L, A("b"), L, A("g"), A("h"),
	A("j"), A("k"), A("l"), A("q"), L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
};
static const struct cell cells_0370[] = {
	L, L, L, L, L, K, L, L, K, K, K, L, L, L, A(";"), C("j"), K, K, K, K, K, K, C("a"), K, C("e"), C("h"), C("i"), K, C("o"), K,
	C("y"), L, C("i"), C("a"), C("b"), L, L, C("e"), C("z"), C("h"), L, C("i"), C("k"), L, C("m"), C("n"), L, C("o"), L, C("p"), K,
	L, C("t"), C("y"), L, C("x"), L, L, C("i"), C("y"), C("a"), C("e"), C("n"), C("i"), C("u"), C("a"), C("b"), C("y"), C("d"),
	C("e"), C("z"), C("n"), L, C("i"), C("k"), L, C("u"), C("v"), L, C("o"), L, C("p"), C("s"), C("o"), C("t"), C("u"), L, C("x"),
	L, C("w"), C("i"), C("u"), C("o"), C("u"), C("w"), L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
	L, L, L, L, L, L, L, L, L, C("p"), C("c"), C("j"), L, C("e"), K, L, L, C("c"), C("m"), C("m"), L, L, L, L, C("e"), C("e"), L,
	L, C("e"), C("s"), C("i"), C("i"), C("j"), L, L, C("h"), C("k"), L, C("y"), L, C("a"), L, C("b"), L, L, C("e"), L, C("e"), L,
	L, C("k"), L, C("m"), C("h"), C("o"), L, C("p"), C("c"), C("t"), C("y"), L, C("x"), L, L, L, L, L, L, C("b"), L, L, L, C("a"),
	L, C("b"), C("r"), L, C("e"), L, C("e"), C("u"), L, C("k"), L, C("m"), C("h"), C("o"), C("n"), C("p"), C("c"), C("t"), C("y"),
	L, C("x"), L, L, L, L, L, L, C("b"), C("e"), L, L, C("e"), C("e"), L, C("r"), C("e"), C("s"), C("i"), C("i"), C("j"), L, L,
	C("h"), C("k"), L, C("y"), L, C("w"), C("w"), L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, C("o"), C("o"), C("v"), C("v"),
	L, L, L, L, L, L, L, L, L, L, L, L, K, D, D, D, D, D, K, K, L, L, L, L, L, L, L, C("r"), C("f"), C("f"), L, L, L, L, L, L,
	C("k"), C("k"), L, L, L, L, L, L, C("h"), C("h"), L, L, L, L, L, L, C("c"), C("c"), L, L, C("y"), C("y"), L, L, C("x"), C("x"),
	L, L, L, L, L, L, C("h"), C("h"), L, L, L, L, C("l"), L, L, L, L, L, L, L, L, L, L, L, L, L, L, C("l"), C("a"), C("a"), C("a"),
	C("a"), C("ae"), C("ae"), C("e"), C("e"), L, L, L, L, L, L, L, L, L, L, L, L, L, L, C("o"), C("o"), C("o"), C("o"), L, L, L, L,
	L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, C("d"), C("d"), L, L, L, L, L, L, L, L, L, L, C("g"), C("g"), L, L, L, L,
	L, L, L, L, L, L, L, L, C("q"), C("q"), C("w"), C("w"), L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
};
static const struct cell cells_1d00[] = {
	A("a"), A("ae"), L, L, A("c"), A("d"), A("d"), A("e"), A("e"), L, A("j"), A("k"), A("l"), A("m"), L, A("o"), L, A("o"), L, L,
	L, L, L, L, A("p"), L, L, A("t"), A("u"), L, L, L, A("v"), A("w"), A("z"), L, L, L, L, L, L, L, L, L, A("a"), A("ae"), A("b"),
	L, A("d"), A("e"), A("e"), A("g"), A("h"), A("i"), A("j"), A("k"), A("l"), A("m"), A("n"), L, A("o"), A("ou"), A("p"), A("r"),
	A("t"), A("u"), A("w"), A("a"), A("a"), A("a"), L, A("b"), A("d"), A("e"), A("e"), A("e"), A("e"), A("g"), L, A("k"), A("m"),
	A("n"), A("o"), A("c"), L, L, A("p"), A("t"), A("u"), L, A("w"), A("v"), L, L, L, L, L, L, A("i"), A("r"), A("u"), A("v"), L,
	L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
	L, L, L, L, L, L, L, L, L, L, L, A("c"), A("c"), A("d"), A("e"), A("f"), A("j"), A("g"), L, A("i"), A("i"), A("i"), L, A("j"),
	A("l"), L, A("l"), A("m"), L, A("n"), A("n"), A("n"), A("o"), L, A("s"), L, A("t"), A("u"), L, A("u"), A("v"), A("v"), A("z"),
	A("z"), A("z"), L, L,
};
static const struct cell cells_1e00[] = {
	A("a"), A("a"), A("b"), A("b"), A("b"), A("b"), A("b"), A("b"), A("c"), A("c"), A("d"), A("d"), A("d"), A("d"), A("d"), A("d"),
	A("d"), A("d"), A("d"), A("d"), A("e"), A("e"), A("e"), A("e"), A("e"), A("e"), A("e"), A("e"), A("e"), A("e"), A("f"), A("f"),
	A("g"), A("g"), A("h"), A("h"), A("h"), A("h"), A("h"), A("h"), A("h"), A("h"), A("h"), A("h"), A("i"), A("i"), A("i"), A("i"),
	A("k"), A("k"), A("k"), A("k"), A("k"), A("k"), A("l"), A("l"), A("l"), A("l"), A("l"), A("l"), A("l"), A("l"), A("m"), A("m"),
	A("m"), A("m"), A("m"), A("m"), A("n"), A("n"), A("n"), A("n"), A("n"), A("n"), A("n"), A("n"), A("o"), A("o"), A("o"), A("o"),
	A("o"), A("o"), A("o"), A("o"), A("p"), A("p"), A("p"), A("p"), A("r"), A("r"), A("r"), A("r"), A("r"), A("r"), A("r"), A("r"),
	A("s"), A("s"), A("s"), A("s"), A("s"), A("s"), A("s"), A("s"), A("s"), A("s"), A("t"), A("t"), A("t"), A("t"), A("t"), A("t"),
	A("t"), A("t"), A("u"), A("u"), A("u"), A("u"), A("u"), A("u"), A("u"), A("u"), A("u"), A("u"), A("v"), A("v"), A("v"), A("v"),
	A("w"), A("w"), A("w"), A("w"), A("w"), A("w"), A("w"), A("w"), A("w"), A("w"), A("x"), A("x"), A("x"), A("x"), A("y"), A("y"),
	A("z"), A("z"), A("z"), A("z"), A("z"), A("z"), A("h"), A("t"), A("w"), A("y"), L, A("s"), L, L, L, L, A("a"), A("a"), A("a"),
	A("a"), A("a"), A("a"), A("a"), A("a"), A("a"), A("a"), A("a"), A("a"), A("a"), A("a"), A("a"), A("a"), A("a"), A("a"), A("a"),
	A("a"), A("a"), A("a"), A("a"), A("a"), A("e"), A("e"), A("e"), A("e"), A("e"), A("e"), A("e"), A("e"), A("e"), A("e"), A("e"),
	A("e"), A("e"), A("e"), A("e"), A("e"), A("i"), A("i"), A("i"), A("i"), A("o"), A("o"), A("o"), A("o"), A("o"), A("o"), A("o"),
	A("o"), A("o"), A("o"), A("o"), A("o"), A("o"), A("o"), A("o"), A("o"), A("o"), A("o"), A("o"), A("o"), A("o"), A("o"), A("o"),
	A("o"), A("u"), A("u"), A("u"), A("u"), A("u"), A("u"), A("u"), A("u"), A("u"), A("u"), A("u"), A("u"), A("u"), A("u"), A("y"),
	A("y"), A("y"), A("y"), A("y"), A("y"), A("y"), A("y"), L, L, L, L, L, L,
};
static const struct cell cells_2010[] = {
	A("-"), A("-"), A("-"), A("-"), A("-"), A("-"), K, K, A("'"), A("'"), A("'"), A("'"), A("\""), A("\""), A("\""), K, K, K,
	A("*"), K, A("."), A(".."), A("..."), K, K, K, D, D, D, D, D, S, K, K, A("'"), A("\""), K, K, K, K, K, A("<"), A(">"), K,
	A("!!"), K, K, K, K, K, K, K, A("/"),
};
static const struct cell cells_2070[] = {
	A("0"), A("i"), K, K, A("4"), A("5"), A("6"), A("7"), A("8"), A("9"), A("+"), A("-"), A("="), A("("), A(")"), A("n"), A("0"),
	A("1"), A("2"), A("3"), A("4"), A("5"), A("6"), A("7"), A("8"), A("9"), A("+"), A("-"), A("="), A("("), A(")"), K, A("a"),
	A("e"), A("o"), A("x"), A("e"), A("h"), A("k"), A("l"), A("m"), A("n"), A("p"), A("s"), A("t"), K, K, K, K, K, K, K, K, K, K,
	K, A("rs"), K, K, K, C("e"),
};
static const struct cell cells_2100[] = {
	A("a/c"), A("a/s"), A("c"), K, K, A("c/o"), A("c/u"), L, K, K, A("g"), A("h"), A("h"), A("h"), A("h"), A("h"), A("i"), A("i"),
	A("l"), A("l"), K, A("n"), A("no"), K, K, A("p"), A("q"), A("r"), A("r"), A("r"), K, K, D, A("tel"), D, K, A("z"), K, L, K,
	A("z"), K, A("k"), A("a"), A("b"), A("c"), K, A("e"), A("e"), A("f"), L, A("m"), A("o"), L, L, L, L, A("i"), K, A("fax"), L, L,
	L, L, K, K, K, K, K, A("d"), A("d"), A("e"), A("i"), A("j"), K, K, K, K, L, K, A("1/7"), A("1/9"), K, A("1/3"), A("2/3"),
	A("1/5"), A("2/5"), A("3/5"), A("4/5"), A("1/6"), A("5/6"), A("1/8"), A("3/8"), A("5/8"), A("7/8"), A("1/"), A("i"), A("ii"),
	A("iii"), A("iv"), A("v"), A("vi"), A("vii"), K, A("ix"), A("x"), A("xi"), A("xii"), A("l"), A("c"), A("d"), A("m"), A("i"),
	A("ii"), A("iii"), A("iv"), A("v"), A("vi"), A("vii"), K, A("ix"), A("x"), A("xi"), A("xii"), A("l"), A("c"), A("d"), A("m"),
	K, K, K, L, L, K, K, K, K,
};
static const struct cell cells_2460[] = {
	A("1"), A("2"), A("3"), A("4"), A("5"), A("6"), A("7"), A("8"), A("9"), A("10"), A("11"), A("12"), A("13"), A("14"), A("15"),
	A("16"), A("17"), A("18"), A("19"), A("20"), A("(1)"), A("(2)"), A("(3)"), A("(4)"), A("(5)"), A("(6)"), A("(7)"), A("(8)"),
	A("(9)"), K, K, K, K, K, K, K, K, K, K, K, A("1."), A("2."), A("3."), A("4."), A("5."), A("6."), A("7."), A("8."), A("9."),
	A("10."), A("11."), A("12."), A("13."), A("14."), A("15."), A("16."), A("17."), A("18."), A("19."), A("20."), A("(a)"),
	A("(b)"), A("(c)"), A("(d)"), A("(e)"), A("(f)"), A("(g)"), A("(h)"), A("(i)"), A("(j)"), A("(k)"), A("(l)"), A("(m)"),
	A("(n)"), A("(o)"), A("(p)"), A("(q)"), A("(r)"), A("(s)"), A("(t)"), A("(u)"), A("(v)"), A("(w)"), A("(x)"), A("(y)"),
	A("(z)"), A("a"), A("b"), A("c"), A("d"), A("e"), A("f"), A("g"), A("h"), A("i"), A("j"), A("k"), A("l"), A("m"), A("n"),
	A("o"), A("p"), A("q"), A("r"), A("s"), A("t"), A("u"), A("v"), A("w"), A("x"), A("y"), A("z"), A("a"), A("b"), A("c"), A("d"),
	A("e"), A("f"), A("g"), A("h"), A("i"), A("j"), A("k"), A("l"), A("m"), A("n"), A("o"), A("p"), A("q"), A("r"), A("s"), A("t"),
	A("u"), A("v"), A("w"), A("x"), A("y"), A("z"), A("0"),
};
static const struct cell cells_fb00[] = {
	A("ff"), A("fi"), A("fl"), A("ffi"), A("ffl"), A("st"), A("st"),
};
static const struct {
	uint32_t from, to;
	const struct cell *cells;
} ranges[] = {
	{0x00A0, 0x02AF, cells_00a0},
	{0x0370, 0x052F, cells_0370},
	{0x1D00, 0x1DBF, cells_1d00},
	{0x1E00, 0x1EFF, cells_1e00},
	{0x2010, 0x2044, cells_2010},
	{0x2070, 0x20AC, cells_2070},
	{0x2100, 0x2188, cells_2100},
	{0x2460, 0x24EA, cells_2460},
	{0xFB00, 0xFB06, cells_fb00},
};
/* clang-format on */
