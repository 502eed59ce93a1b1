"""shapes: invented series of the kinds that real ones are, for bench/changes_shapes.

Each function draws one: values (None: missing), the rows that a person would mark, and how far rows lie apart ('': no times, 'days' or 'months').
"""
import math


def ar(r, n, sd, phi):
    u, out = 0, []
    for _ in range(n):
        u = phi * u + sd * math.sqrt(1 - phi * phi) * r.gauss(0, 1)
        out.append(u)
    return out


def walk(r, n, sd):
    u, out = 0, []
    for _ in range(n):
        u += r.gauss(0, sd)
        out.append(u)
    return out


def levels(r, parts, sd):
    return [m + r.gauss(0, sd) for m, n in parts for _ in range(n)]


def line(points, n):
    """Straight lines between (row, value)."""
    out = []
    for i in range(n):
        (a, x), (b, y) = next(((p, q) for p, q in zip(points, points[1:]) if p[0] <= i <= q[0]))
        out.append(x + (y - x) * (i - a) / (b - a))
    return out


def poisson(r, m):
    if m > 500:
        return max(0, round(r.gauss(m, math.sqrt(m))))
    n, p, limit = 0, r.random(), math.exp(-m)
    while p > limit:
        n, p = n + 1, p * r.random()
    return n


def season(i, depth):
    return 1 + depth * math.sin(2 * math.pi * i / 12) + depth / 2 * math.cos(4 * math.pi * i / 12)


def annual_flow(r):
    return [round(1100 - 250 * (i >= 28) + r.gauss(0, 125)) for i in range(100)], [28], ''


def well_log(r):
    parts, at, marks = [], 0, []
    for m in (112, 121, 110, 128, 116, 131, 113):
        n = r.randint(50, 130)
        parts.append((m * 1000, n))
        at += n
        marks.append(at)
    y = levels(r, parts, 2000)
    for _ in range(8):
        y[r.randrange(len(y))] += r.choice([-20000, -35000, 25000])
    return y, marks[:-1], ''


def rise_and_fall(r):
    return [x + r.gauss(0, 0.25) for x in line([(0, 2), (30, 11), (54, 4)], 54)], [30], ''


def town(r):
    return [round(x + r.gauss(0, 80)) for x in line([(0, 1000), (5, 13500), (7, 13900), (14, 8500)], 15)], [5], ''


def national_product(r):
    y = line([(0, 10), (34, 11.2), (58, 11.4)], 58)
    return [math.exp(a + b) for a, b in zip(y, ar(r, 58, 0.012, 0.7))], [34], ''


def passengers(r):
    return [round(100000 * math.exp(0.006 * i) * season(i, 0.12) * math.exp(r.gauss(0, 0.025)) * (0.72 if i >= 130 else 1)) for i in range(200)], [130], 'months'


def growing_season(r):
    return [round(110 * math.exp(0.01 * i) * season(i, 0.15) * math.exp(r.gauss(0, 0.03))) for i in range(144)], [], 'months'


def stock(r):
    return [round(40 * math.exp(x), 2) for x in walk(r, 600, 0.02)], [], ''


def crash(r):
    y = walk(r, 300, 0.01)
    return [round(90 * math.exp(a - 0.5 * (i >= 180)), 2) for i, a in enumerate(y)], [180], ''


def plain_noise(r):
    return [10 + r.gauss(0, 1) for _ in range(325)], [], ''


def shift_with_outliers(r):
    y = levels(r, [(10, 150), (12, 150)], 0.8)
    for i in (40, 97, 211, 270):
        y[i] += r.choice([-9, 9])
    return y, [150], ''


def variance(r):
    return [r.gauss(0, 1 if i < 140 else 4) for i in range(300)], [140], ''


def variance_calm(r):
    return [5 + r.gauss(0, 3 if i < 120 else 0.6) for i in range(250)], [120], ''


def pace(r):
    y, marks = [], []
    for k in range(12):
        n = r.randint(12, 45)
        y += [(5.2 if k % 2 else 9.5) + r.gauss(0, 0.5) for _ in range(n)]
        marks.append(len(y))
    return y, marks[:-1], ''


def scan_line(r):
    y, marks = [], []
    for m in (170, 90, 172, 60, 175, 140, 171):
        n = r.randint(25, 110)
        y += [round(m + r.gauss(0, 4)) for _ in range(n)]
        marks.append(len(y))
    return y, marks[:-1], ''


def currency(r):
    y = line([(0, 70), (90, 72), (110, 120), (247, 118)], 247)
    return [a + b for a, b in zip(y, ar(r, 247, 3, 0.9))], [90, 110], ''


def coal(r):
    y = [round(a + b) if i not in (12, 31, 77) else None for i, (a, b) in enumerate(zip(line([(0, 500), (40, 1150), (105, 60)], 105), ar(r, 105, 18, 0.5)))]
    return y, [40], ''


def unemployment(r):
    return [round(6 + x, 1) for x in ar(r, 214, 1.2, 0.97)], [], 'months'


def fertility(r):
    return [round(x + r.gauss(0, 0.02), 2) for x in line([(0, 6.1), (100, 5.9), (135, 2.6), (200, 2.2)], 200)], [100, 135], ''


def disasters(r):
    return [poisson(r, 3.1 if i < 40 else 0.9) for i in range(112)], [40], ''


def events_with_zeros(r):
    return [poisson(r, 0.4 if i < 150 else 3) if r.random() > 0.2 else 0 for i in range(260)], [150], 'days'


def constant(r):
    return [42] * 200, [], ''


def single_spikes(r):
    y = [round(500 * math.exp(r.gauss(0, 0.06))) for _ in range(180)]
    for i in (33, 90, 91 + r.randint(20, 60)):
        y[i] *= r.choice([4, 8])
    return y, [], 'days'


def drop_out(r):
    """A week without, and back."""
    return [round((500 if not 100 <= i < 107 else 8) * math.exp(r.gauss(0, 0.08))) for i in range(180)], [100, 107], 'days'


def gaps(r):
    y = levels(r, [(20, 80), (26, 120)], 2)
    for i in list(range(30, 44)) + list(range(120, 128)) + [5, 66, 170]:
        y[i] = None
    return y, [80], ''


def below_zero(r):
    return levels(r, [(-3, 90), (1, 60), (-2, 70)], 0.9), [90, 150], ''


def fifteen(r):
    return levels(r, [(100, 8), (160, 7)], 9), [8], ''


def trend(r):
    return [0.4 * i + r.gauss(0, 6) for i in range(120)], [], ''


def trend_break(r):
    return [0.4 * i - (35 if i >= 70 else 0) + r.gauss(0, 4) for i in range(130)], [70], ''


def home_runs(r):
    return [round(60 + 0.5 * i + x) for i, x in enumerate(ar(r, 118, 9, 0.8))], [], ''


def heavy_tails(r):
    return [10 + r.gauss(0, 1) / math.sqrt(r.gammavariate(1.5, 1 / 1.5)) for _ in range(300)], [], ''


def weekly(r):
    w = [1.1, 1.2, 1.1, 1.0, 0.9, 0.4, 0.5]
    return [round(2000 * w[i % 7] * math.exp(r.gauss(0, 0.1)) * (1.6 if i >= 210 else 1)) for i in range(365)], [210], 'days'


def curve(r):
    return [math.sqrt(i + 5) * 10 + r.gauss(0, 0.8) for i in range(150)], [], ''


def epidemics(r):
    return [round(200 * math.exp(2 * math.sin(2 * math.pi * i / 104) + x)) for i, x in enumerate(ar(r, 500, 0.3, 0.9))], [], ''


def ties(r):
    """Marks out of five, most of them alike."""
    return [min(5, max(1, round((3.4 if i < 130 else 4.4) + r.gauss(0, 0.7)))) for i in range(260)], [130], ''


def ties_none(r):
    return [r.choice([0, 0, 0, 1, 1, 2]) for _ in range(240)], [], ''


def rounded_walk(r):
    return [round(50 + x) for x in walk(r, 300, 0.4)], [], ''


def saturation(r):
    return [round(90 * (1 - math.exp(-i / 40)) + r.gauss(0, 1.5), 2) for i in range(200)], [], ''


def logistic(r):
    return [round(1000 / (1 + math.exp(-(i - 60) / 12)) + 20 + r.gauss(0, 8)) for i in range(130)], [], ''


def population(r):
    y, x = [], 0.0
    for i in range(400):
        x = 0.9 * x + r.gauss(0, 3)
        y.append(round(150000 + 200 * i + 0.02 * i * i + x))
    return y, [], 'months'


def untimed_season(r):
    return [round(300 + 1.2 * i + 60 * math.sin(2 * math.pi * i / 12) + 25 * math.cos(4 * math.pi * i / 12) + r.gauss(0, 8)) for i in range(200)], [], ''


def untimed_season_step(r):
    return [round(1700 * season(i, 0.15) * (0.75 if i >= 120 else 1) * math.exp(r.gauss(0, 0.05))) for i in range(190)], [120], ''


def untimed_season_grows(r):
    return [round(30000 * math.exp(0.008 * i) * season(i, 0.35) * math.exp(r.gauss(0, 0.06))) for i in range(200)], [], ''


def timed_season_grows(r):
    return [round(30000 * math.exp((0.001 * min(i, 110) + 0.014 * max(0, i - 110))) * season(i, 0.4) * math.exp(r.gauss(0, 0.05))) for i in range(200)], [110], 'months'


def volatility(r):
    """Returns: calm and wild times, heavy tails, no change of level."""
    return [r.gauss(0, 0.006 if not 150 <= i < 230 else 0.025) for i in range(400)], [150, 230], ''


def mining_town(r):
    return [round(m * math.exp(r.gauss(0, 0.1))) for m in [1350, 1500, 2700, 2100, 2050, 2400, 2350, 2450, 2450, 2000, 1450, 1000, 60, 22, 10]], [12], ''


def debt(r):
    return [round(m + r.gauss(0, 1.5), 1) for m in [36, 33, 31, 30, 28, 26, 24, 24, 42, 62, 86, 110, 119, 119, 105, 77, 74, 67, 63, 57, 58]], [8], ''


def transition(r):
    """Twenty-four years: growth, then none."""
    y = line([(0, 180), (15, 300), (24, 298)], 24)
    return [round(a + r.gauss(0, 4), 2) for a in y], [15], ''


def railways(r):
    y = line([(0, 37000), (25, 29800), (37, 29600)], 37)
    return [round(a + r.gauss(0, 150)) for a in y], [25], ''


def ozone_hole(r):
    y = line([(0, 300), (12, 290), (34, 130), (54, 125)], 54)
    return [round(a + r.gauss(0, 9), 1) for a in y], [12, 34], ''


def inventories(r):
    y = line([(0, 800), (105, 1220), (125, 1120), (200, 1550), (208, 1560), (222, 1330), (330, 1850)], 330)
    return [round(1000 * a * (1 + 0.008 * math.sin(2 * math.pi * i / 12)) + 1000 * b) for i, (a, b) in enumerate(zip(y, ar(r, 330, 6, 0.8)))], [105, 125, 208, 222], 'months'


def building(r):
    y = line([(0, 15000), (150, 50000), (200, 24000), (330, 65000)], 330)
    return [round(a * (1 + 0.12 * math.sin(2 * math.pi * i / 12)) * math.exp(b)) for i, (a, b) in enumerate(zip(y, ar(r, 330, 0.02, 0.6)))], [150, 200], 'months'


def airport(r):
    y = line([(0, 1900), (140, 2700), (141, 2200), (320, 4200)], 320)
    return [round(1000 * a * season(i, 0.13) * math.exp(r.gauss(0, 0.03))) for i, a in enumerate(y)], [140], 'months'


def belts(r):
    return [round((1750 if i < 62 else 1600 if i < 169 else 1250) * season(i, 0.12) * math.exp(r.gauss(0, 0.07))) for i in range(192)], [62, 169], 'months'


def licences(r):
    return [round(6000 + 25 * i + r.gauss(0, 900)) if i < 90 else round(9000 + 30 * (i - 90) + r.gauss(0, 1500)) for i in range(205)], [], 'months'


def calls(r):
    y = line([(0, 2.2), (12, 2.5), (30, 5.2), (36, 3.8), (52, 4.9)], 52)
    return [round(a + r.gauss(0, 0.2), 2) for a in y], [30], 'months'


def price_crash(r):
    y, x = [], math.log(70)
    for i in range(500):
        x += r.gauss(0, 0.012) + (-0.022 if 220 <= i < 250 else 0)
        y.append(round(math.exp(x), 2))
    return y, [220, 250], ''


def bubble(r):
    y, x = [], math.log(200)
    for i in range(700):
        x += r.gauss(0, 0.03)
        y.append(round(math.exp(x), 2))
    return y, [], ''


def exchange_jump(r):
    y = [100 + x for x in walk(r, 240, 0.8)]
    return [round(a + (45 if i >= 150 else 0), 2) for i, a in enumerate(y)], [150], 'months'


def epidemics_end(r):
    return [round((420 if i < 600 else 30) * math.exp(0.9 * math.sin(2 * math.pi * i / 104) + x)) for i, x in enumerate(ar(r, 900, 0.25, 0.9))], [600], ''


def long_constant(r):
    """A setting that holds for long and is changed three times."""
    return [2.5] * 70 + [4.0] * 50 + [1.5] * 90 + [2.0] * 40, [70, 120, 210], ''


def constant_then_noise(r):
    return [12] * 90 + [round(12 + r.gauss(0, 4)) for _ in range(110)], [90], ''


def zero_then_some(r):
    return [0] * 110 + [poisson(r, 4) for _ in range(90)], [110], ''


def stuck_runs(r):
    """A sensor that repeats its last value for some rows, again and again."""
    y = [round(20 + r.gauss(0, 1.5), 1) for _ in range(300)]
    for k in (40, 110, 190, 260):
        y[k:k + 9] = [y[k]] * 9
    return y, [], ''


def missing_over_change(r):
    y = levels(r, [(10, 70), (16, 90)], 1.5)
    for i in range(62, 74):
        y[i] = None
    return y, [70], ''


def missing_half(r):
    return [None if r.random() < 0.5 else 5 + r.gauss(0, 1) - 3 * (i >= 100) for i in range(200)], [100], ''


def short_none(r):
    return [round(r.gauss(40, 6), 1) for _ in range(18)], [], ''


def short_step(r):
    return levels(r, [(5.2, 18), (8.1, 14)], 0.8), [18], ''


def short_trend(r):
    return [round(100 + 8 * i + r.gauss(0, 10)) for i in range(25)], [], ''


def short_walk(r):
    return [round(20 + x, 2) for x in walk(r, 45, 1)], [], ''


def outliers_many(r):
    return [round(-4 + r.gauss(0, 1) + (r.choice([-12, 12]) if r.random() < 0.04 else 0), 2) for _ in range(350)], [], ''


def heavy_step(r):
    return [10 + 3.5 * (i >= 170) + 0.8 * r.gauss(0, 1) / math.sqrt(r.gammavariate(1.5, 1 / 1.5)) for i in range(320)], [170], ''


def skewed(r):
    return [round(r.gammavariate(0.8, 10), 2) for _ in range(300)], [], ''


def skewed_step(r):
    return [round(r.gammavariate(1.5, 10 if i < 160 else 30), 2) for i in range(300)], [160], ''


def square_wave(r):
    y, marks = [], []
    for k in range(16):
        y += [(2 if k % 2 else 7) + r.gauss(0, 0.6) for _ in range(20)]
        marks.append(len(y))
    return y, marks[:-1], ''


def traffic(r):
    w = [1.2, 1.25, 1.2, 1.15, 1.0, 0.6, 0.55]
    y = [round(900 * w[i % 7] * math.exp(r.gauss(0, 0.12)) * (1 if i < 150 else 1.35 if i < 300 else 0.9)) for i in range(420)]
    for i in (60, 100, 222, 350):
        y[i] = round(y[i] * 5)
    return y, [150, 300], 'days'


def traffic_untimed(r):
    w = [1.2, 1.25, 1.2, 1.15, 1.0, 0.6, 0.55]
    return [round(900 * w[i % 7] * math.exp(r.gauss(0, 0.1)) * (1 if i < 150 else 1.6)) for i in range(300)], [150], ''


def tide(r):
    return [round(3 * math.sin(2 * math.pi * i / 25) + r.gauss(0, 0.3), 2) for i in range(400)], [], ''


def sunspots(r):
    return [round(max(0, 80 * (1 + math.sin(2 * math.pi * i / 11)) * (0.7 + 0.3 * math.sin(i / 17)) + r.gauss(0, 10)), 1) for i in range(220)], [], ''


def step_and_trend(r):
    return [0.05 * i + (6 if i >= 90 else 0) + r.gauss(0, 1) for i in range(200)], [90], ''


def two_bends(r):
    return [x + r.gauss(0, 1.2) for x in line([(0, 5), (80, 7), (140, 40), (220, 42)], 220)], [80, 140], ''


def student(r, df):
    return r.gauss(0, 1) / math.sqrt(r.gammavariate(df / 2, 2 / df))


def leaping_walk(r):
    u, out = 100, []
    for _ in range(200):
        u += student(r, 3)
        out.append(round(u, 3))
    return out, [], ''


def turning_walk(r):
    """A walk that drifts up, then down."""
    n = r.randint(60, 200)
    turn = r.randint(n // 3, 2 * n // 3)
    u, out = 1000, []
    for i in range(n):
        u += (0.8 if i < turn else -0.8) + r.gauss(0, 1)
        out.append(round(u, 2))
    return out, [turn], ''


def growing_walk(r):
    """A walk that grows by the same share from beginning to end."""
    u, out = 500, []
    for _ in range(r.randint(60, 200)):
        u *= 1.008 + r.gauss(0, 0.01)
        out.append(round(u, 1))
    return out, [], ''


def set_free(r):
    """A rate that was held within narrow bounds, then floats."""
    n = r.randint(120, 250)
    at = r.randint(n // 4, 3 * n // 4)
    u, out = 280, []
    for i in range(n):
        u += r.gauss(0, 0.4 if i < at else 5)
        out.append(round(u, 2))
    return out, [at], ''


def rain(r):
    wet, out = 0, []
    for _ in range(700):
        wet = r.random() < (0.7 if wet else 0.3)
        out.append(round(r.gammavariate(0.6, 8), 1) if wet else 0)
    return out, [], ''


def wild_at_times(r):
    u = ar(r, 300, 0.7, 0.9)
    return [round(20 + math.exp(v) * r.gauss(0, 1), 3) for v in u], [], ''


def years_of_days(r):
    u = ar(r, 1200, 3, 0.7)
    return [round(10 + 9 * math.cos(2 * math.pi * i / 365.25) + v, 1) for i, v in enumerate(u)], [], ''


def years_and_a_shift(r):
    u = ar(r, 1200, 2, 0.5)
    return [round(10 + 9 * math.cos(2 * math.pi * i / 365.25) + v + (5 if i >= 700 else 0), 1) for i, v in enumerate(u)], [700], ''


def weeks_and_a_shift(r):
    return [round(10 + 8 * math.cos(2 * math.pi * i / 52.2) + r.gauss(0, 2) + (7 if i >= 150 else 0), 1) for i in range(260)], [150], ''


def on_and_off(r):
    return [round(3 * (i // 40 % 2) + r.gauss(0, 1), 2) for i in range(240)], [40, 80, 120, 160, 200], ''


SHAPES = [f for f in list(globals().values()) if callable(f) and f.__code__.co_varnames[:f.__code__.co_argcount] == ('r',)]
