"""drawn: campaigns for bench/invent --drawn that their texts do not hold together, and some that look like one and are not.

Of one campaign are
    short    one or two sentences with drawn words and a drawn price
    spun     three to eight sentences, each drawn as a whole from 4 to 30
    salad    words at random
    link     a link, with a few words or none
and of two, by one engine at one time,
    letters  newsletters: long texts that hold, a link each, one subject; beside them other mail under that subject, each a campaign of itself
    generic  two of the four above under a subject that anybody uses ("Re: hi"), for two programmes, if the engine has as many
    host     two of them whose links share the host: a shortener, free web space; or only the programme's shops
Each seed draws how often domains are the campaign's own, and stay, follow one another, are drawn from a few or are new for each message; how often links
keep their form, and subjects are the campaign's own, drawn, or shared with others. Nobody sold anything there: brands and programmes are not told by these links.
"""
TOKENS = '0123456789abcdefghijklmnopqrstuvwxyz'
DAY = 86400
ALONE = ('short', 'spun', 'salad', 'link')
PAIRS = ('letters', 'generic', 'host')
KINDS = ALONE + PAIRS
DOMAINS = ('own', 'follow', 'few', 'each', 'shop', 'host')
SUBJECTS = ('own', 'number', 'several', 'engine', 'drawn')


def weights(r, names):
    return {n: r.gammavariate(0.8, 1) for n in names}


def draw(r, weighted, *without):
    own = {k: v for k, v in weighted.items() if k not in without}
    return r.choices(list(own), list(own.values()))[0]


def token(r, n):
    return ''.join(r.choice(TOKENS) for _ in range(n))


class Drawn:
    """What a world's campaigns of these kinds have in common. r: its own, so that nothing else of the world depends on it but by what is sent."""

    def __init__(self, r, world):
        self.r, self.world, self.names = r, world, world.names
        self.kinds, self.domains, self.subjects = weights(r, KINDS), weights(r, DOMAINS), weights(r, SUBJECTS)
        self.hosts = [world.fresh(lambda: self.names.domain(r)) for _ in range(4)]
        self.generic = [
            r.choice(['Re: ', '', 'Fw: ']) + self.names.sentence(r, r.randint(2, 3)).rstrip('.!') for _ in range(4)
        ]
        self.of_engine, self.alone = {}, 0  # engine -> its subjects; messages that are a campaign of their own

    def subject(self, n=None):
        return self.names.sentence(self.r, n or self.r.randint(3, 6)).rstrip('.!')

    def domain(self):
        return self.world.fresh(lambda: self.names.domain(self.r))

    # -- a campaign
    def body(self, k, kind):
        r = self.r
        k['body'], k['salad'], k['hash'], k['way'] = kind, 0, None, 'direct'
        if kind == 'short':
            k['parts'] = []
            for _ in range(r.randint(1, 2)):
                words = [self.names.some(r) for _ in range(r.randint(5, 11))]
                slots = r.sample(range(len(words)), r.randint(1, len(words) // 2))
                k['parts'].append((words, {i: [self.names.some(r) for _ in range(r.randint(3, 20))] for i in slots}))
        elif kind == 'spun':
            k['parts'] = [
                [self.names.sentence(r, r.randint(6, 14)) for _ in range(r.randint(4, 30))] for _ in range(r.randint(3, 8))
            ]
        elif kind == 'salad':
            k['parts'] = r.randint(15, 50)
        elif kind == 'link':
            k['parts'] = self.subject(2) if r.random() < 0.5 else ''
        else:
            words = [self.names.sentence(r, r.randint(7, 14)) for _ in range(r.randint(6, 14))]
            k['parts'] = [[s] if r.random() < 0.85 else [s, self.names.sentence(r, 9), self.names.sentence(r, 9)] for s in words]

    def link_of(self, k, mode):
        r = self.r
        k['domain'], k['host'], k['token'] = mode, r.choice(self.hosts), token(r, 6)
        k['path'] = r.choice(['', '%s', '%s.html', '?%s', '?id=%s', 'go/%s'])
        k['drawn_path'] = r.random() < 0.5
        n = {'few': r.randint(3, 12), 'own': 1, 'follow': 1}.get(mode, 0)
        k['own'], k['next'], k['every'] = [self.domain() for _ in range(n)], None, r.uniform(0.5, 4) * DAY

    def subject_of(self, k, mode):
        r = self.r
        k['subject_by'] = mode
        k['subjects'] = [self.subject() for _ in range(r.randint(3, 8) if mode == 'several' else 1)]
        if mode == 'engine':
            own = self.of_engine.setdefault(k['engine'].name, [self.subject() for _ in range(2)])
            k['subjects'] = [r.choice(own)]

    def change(self, k, t, number):
        """Makes a plain campaign one of a kind. All that come of it."""
        r, kind = self.r, draw(self.r, self.kinds)
        k['kind'], k['strays'] = kind, 0
        made = [k]
        if kind in PAIRS:
            e, p = k['engine'], k['programme']
            others = [q for q, _ in e.mix if q is not p] if kind == 'generic' else []
            made.append(self.world.campaign(e, r.choice(others) if others else p, t, number + 1))
            made[1].update(kind=kind, strays=0, until=k['until'])
        shared_subject, shared_host = r.choice(self.generic) if kind == 'generic' else self.subject(), r.choice(self.hosts)
        strays = r.choice([0, 0.1, 0.3, 0.5])
        for x in made:
            self.body(x, 'letter' if kind == 'letters' else kind if kind in ALONE else draw(r, dict.fromkeys(ALONE, 1)))
            own = ('shop', 'host') if kind in ('letters', 'generic') else ()
            self.link_of(x, 'own' if kind == 'letters' else draw(r, self.domains, *own))
            self.subject_of(x, draw(r, self.subjects))
            if kind in ('letters', 'generic'):
                x['subject_by'], x['subjects'], x['strays'] = 'own', [shared_subject], strays if kind == 'letters' else 0
            elif kind == 'host':
                x['domain'], x['host'] = r.choice(['host', 'host', 'shop']), shared_host
                self.subject_of(x, draw(r, self.subjects, 'engine'))
        return made

    # -- a message of it
    def lines(self, k):
        r, parts = self.r, k['parts']
        if k['body'] == 'short':
            out = [' '.join(r.choice(s[i]) if i in s else w for i, w in enumerate(words)).capitalize() for words, s in parts]
            return out[:-1] + [out[-1] + ' %s%d.%02d' % (r.choice(['$', '']), r.randint(9, 400), r.randrange(100))]
        if k['body'] == 'salad':
            return [self.names.salad(r, r.randint(parts // 2, parts))]
        if k['body'] == 'link':
            return [parts] if parts else []
        return [r.choice(p) for p in parts]

    def url(self, k, t):
        r = self.r
        if k['domain'] == 'shop':
            return self.world.link(k['programme'], k, t)
        path = (k['path'] % (token(r, 6) if k['drawn_path'] else k['token'])) if k['path'] else ''
        if k['domain'] == 'host':
            return 'http://%s/%s' % (k['host'], path or token(r, 5))
        if k['domain'] == 'follow' and (k['next'] is None or t >= k['next']):
            k['own'], k['next'] = [self.domain()], t + k['every']
        return 'http://%s/%s' % (self.domain() if k['domain'] == 'each' else r.choice(k['own']), path)

    def content(self, k, t, c):
        """c, of a plain campaign, made a message of this one; of a stray, its own."""
        r, by = self.r, k['subject_by']
        stray = r.random() < k['strays']
        subject = self.subject() if by == 'drawn' else r.choice(k['subjects'])
        c['subject'] = subject + (' %d' % r.randrange(10**5) if by == 'number' else '')
        c['lines'] = [self.names.sentence(r, r.randint(6, 14)) for _ in range(r.randint(1, 5))] if stray else self.lines(k)
        c['url'] = 'http://%s/%s' % (self.domain(), token(r, 5)) if stray else self.url(k, t)
        c['click'], c['salad'], c['image'] = '', '', None
        self.alone += stray
        c['campaign'] = 's%05d' % self.alone if stray else k['id']
        return c
