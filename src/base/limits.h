/* limits.h - every cap of trapline, each with its reason. Hitting one sets an anomaly bit (or reports a damaged source)
 * and work goes on; none of them is ever a crash. Sizes are bytes unless the name says otherwise.
 */
#ifndef TRAPLINE_BASE_LIMITS_H
#define TRAPLINE_BASE_LIMITS_H

#define KIB ((size_t)1 << 10)
#define MIB ((size_t)1 << 20)

/* ---- a message ---- */
/* Large mail systems stop between 25 and 150 MiB; spam is small. More is read past, hashed, and its tail not parsed. */
#define LIM_MESSAGE (32 * MIB)
/* Everything one message may make us hold beyond its raw bytes (decoded text, tree, features). */
#define LIM_ARENA (96 * MIB)
/* Header fields of one entity: real mail has under 200. */
#define LIM_HEADERS 2000
/* One header's raw value that we look into; the rest is kept as bytes only. */
#define LIM_HEADER_VALUE (64 * KIB)
/* MIME parts of a message, and how deep they nest: real mail stays under 100 and 10. */
#define LIM_PARTS 1000
#define LIM_DEPTH 32
/* Parameters of one Content-Type or Content-Disposition. */
#define LIM_PARAMS 64
/* Addresses read from one header. */
#define LIM_ADDRESSES 1000
/* Encoded words (RFC 2047) decoded in one header. */
#define LIM_ENCODED_WORDS 1000
/* Received headers parsed: RFC 5321 6.3 lets a loop run to 100. */
#define LIM_RECEIVED 128
/* Decoded text (all text parts together, UTF-8) that is looked at; storefront mail is a few KiB. */
#define LIM_TEXT (1 * MIB)
/* Decoded bytes of one attachment that are hashed. */
#define LIM_ATTACHMENT LIM_MESSAGE

/* ---- HTML and URLs ---- */
#define LIM_TAGS 20000          /* tags looked at in one HTML part */
#define LIM_ATTRS 64            /* attributes looked at in one tag */
#define LIM_HTML_DEPTH 256      /* open elements remembered (styles that hide text) */
#define LIM_HTML (8 * MIB)      /* bytes of one HTML part that are looked at: newsletters stay under 1 MiB */
#define LIM_HTML_LINKS 4000     /* URL-carrying attributes kept of one HTML part, the same one counted again */
#define LIM_HTML_IMAGES 1000    /* images kept of one HTML part */
#define LIM_HTML_FORMS 64       /* forms kept of one HTML part */
#define LIM_HTML_RULES 256      /* style sheet rules that can hide text kept of one HTML part */
#define LIM_HTML_BASE 1024      /* bytes of <base href>: it is copied in front of every relative link */
#define LIM_META_CHARSET 1024   /* bytes searched for <meta charset>, as browsers do */
#define LIM_HTML_TITLE 1024     /* bytes of the title */
#define LIM_CSS_DECLARATIONS 64 /* declarations looked at in one style attribute or rule */
#define LIM_LINK_TEXT 256       /* bytes of a link's visible text: a host name to compare with fits */
#define LIM_CALENDAR (1 * MIB)  /* bytes of one invitation, unfolded, that are looked at: without files in it they are a few KiB */
#define LIM_CALENDAR_PAGES 16   /* HTML descriptions kept of one invitation */
#define LIM_FILES_READ 16       /* invitations, messages, and pages whose scripts are read, among the files of one message */
#define LIM_URLS 1000           /* URLs kept of one message */
#define LIM_URL (8 * KIB)       /* one URL: browsers stop near there */

/* ---- fingerprint ---- */
#define LIM_PRINT_TOKEN 120            /* one token: longer ones end in a hash */
#define LIM_PRINT_FIELD 512            /* bytes of one field that are looked at: forms show at its start */
#define LIM_PRINT_HEADERS 64           /* fields of the sender that are looked at: real mail has under 40 */
#define LIM_PRINT_TEXT (KIB + KIB / 2) /* encoded bytes of a text part that are looked at */
#define LIM_TRANSCRIPT (64 * KIB)      /* one SMTP dialogue: 100 recipients of 256 bytes fit twice */
#define LIM_TRANSCRIPT_LINES 256       /* lines of one dialogue that are kept */
#define LIM_TRANSCRIPT_FILES 256       /* files of them for one feed: each is held open */
#define LIM_TRANSCRIPTS (4 * MIB)      /* dialogues indexed of one file, 16 bytes each */

/* ---- sources ---- */
#define LIM_ARCHIVE_DEPTH 4         /* archives inside archives: a quine archive never ends by itself */
#define LIM_ARCHIVE_RATIO 1000      /* unpacked : packed, over the first LIM_ARCHIVE_FREE bytes: deflate's own limit is 1032 */
#define LIM_ARCHIVE_FREE (64 * MIB) /* bytes unpacked before the ratio is looked at */
#define LIM_MEMFD (128 * MIB)       /* a member that needs seeking is spooled into memory up to this */
#define LIM_JAIL_AS (400 * MIB)     /* address space of the jail: a zstd window of 128 MiB fits */
#define LIM_PATH (4 * KIB)
#define LIM_WALK_DEPTH 128        /* folders inside folders: archives of years have under 20 */
#define LIM_WALK_NAMES (24 * MIB) /* names of one folder, held to sort them: half a million; it is listed again for the next ones */
#define LIM_WALK_LINKS 1000       /* symbolic links followed in one argument */
#define LIM_PROBLEMS 1000         /* damaged or foreign files described one by one; the rest is counted */

/* ---- images, decoded in a jail of their own ---- */
#define LIM_IMAGE_BYTES (8 * MIB)   /* one image file: a camera's photograph */
#define LIM_IMAGE_PIXELS (16 * MIB) /* pixels of one image: a camera's photograph; spam shows less than one million */
#define LIM_IMAGE_WORK (128 * MIB)  /* pixels in all its frames, or scans: about a second */
#define LIM_IMAGE_FRAMES 64         /* frames of an animation that are looked at: image spam has under 10 */
#define LIM_IMAGE_CHUNK (1 * MIB)   /* one packed chunk of a PNG beside its pixels */
#define LIM_IMAGE_AS (320 * MIB)    /* address space of the child: the coefficients of a progressive JPEG of 16 million pixels */
#define LIM_IMAGE_KNOWN 65536       /* answers remembered, about 150 bytes each */
#define LIM_IMAGE_TEXTS (8 * MIB)   /* with them what QR codes say: under 300 bytes where there is one */
#define LIM_MEMO (8 * MIB)          /* text remembered by each worker: a thousand mails, more than come between two of one burst */
#define LIM_PAGE_LOOKS 16           /* images of one page whose look is kept: the first show its logo and its goods */
#define LIM_MESSAGE_IMAGES 8        /* images of one message that are decoded: campaigns are told by the three largest */

/* ---- store and series ---- */
#define LIM_STORE_CACHE (32 * MIB) /* SQLite's page cache: the index over ids of a few million messages stays in it */
#define LIM_STORE_LOAD (8 * MIB) /* the same while a new store is loaded: its tables grow at their ends, and their index is small */
#define LIM_STORE_UNLOGGED \
	100000 /* messages loaded into a new store before it has a log: some seconds, then readers need not wait */
#define LIM_STORE_KNOWN (1 * MIB)  /* filter of stored ids: a million messages fill a quarter of it */
#define LIM_STORE_DICT (32 * MIB)  /* words by their text for who writes: 2.8 million; a store of more has an index over them */
#define LIM_STORE_FILES (16 * MIB) /* what is known of files that need not be read again: some 30,000; what is more is read again */
#define LIM_STORE_WORDS (16 * MIB) /* text of interned words kept in memory; more is looked up again */
#define LIM_SERIES_DAYS 20000      /* days on one axis: 54 years */
#define LIM_SERIES_HOURS 40000     /* hours on one axis: 4.5 years */
#define LIM_SERIES_CELLS (16 * MIB) /* numbers in one series (buckets x values x feeds, 4 bytes each) */
#define LIM_SERIES_KEYS 200         /* values of one dimension shown one by one */
#define LIM_SERIES_FEEDS 64         /* feeds shown one by one */
#define LIM_SCENE_CELLS \
	350000             /* numbers of one engine's or trade's series: 13 years of 64 feeds, and 2,000 such series are 2.8 GB */
#define LIM_FINDINGS 10000 /* nobody reads more */

/* ---- the relational analysis ---- */
#define LIM_ITEM (1 * MIB) /* JSON of one item: lists in it are cut long before */
#define LIM_ITEM_LIST 100  /* engines, brands, domains listed in one item */
#define LIM_PROGRAMMES \
	2000 /* unknown programmes that storefronts are compared with: all that were ever described are some hundreds */
#define LIM_ALIAS_ORGS 300 /* organisations that are compared pair by pair: 45,000 pairs */
#define LIM_FORMER \
	20000 /* names of former analyses that are remembered: some 800 bytes each; a reading of all mail by a new version may leave thousands */
#define LIM_GRAPH_DRAWN 500      /* edges drawn unless asked for more: a picture of more is a black spot */
#define LIM_PROGRAMME_MARKS 1000 /* phone numbers, order formats ... kept of one programme */
/* ---- pages: WARC files, HTTP, redirect chains, DNS facts ---- */
#define LIM_WARC_HEADER (64 * KIB)  /* header of one WARC record: crawlers write under 2 KiB */
#define LIM_WARC_BLOCK (8 * MIB)    /* bytes of one record that are looked at; what is behind is skipped */
#define LIM_WARC_FREE (64 * MIB)    /* bytes unpacked of one gzip member before the ratio is looked at */
#define LIM_WARC_RATIO 200          /* unpacked : packed from there on: HTML packs 5 to 20 times, deflate can do 1032 */
#define LIM_HTTP_HEADERS 200        /* header fields of one response: servers send under 60 */
#define LIM_PAGE (4 * MIB)          /* bytes of one page, unpacked, that are looked at: storefronts stay under 1 MiB */
#define LIM_PAGE_TOKENS 600         /* features kept of one page */
#define LIM_PAGE_TOKEN 120          /* bytes of one of them */
#define LIM_PAGE_ARENA (256 * MIB)  /* memory that one page may take */
#define LIM_SCRIPT (256 * KIB)      /* script text of one page that is read for where it leads: redirects are short */
#define LIM_SCRIPT_VARS 64          /* string variables remembered */
#define LIM_SCRIPT_DEPTH 3          /* script in a string in a script (setTimeout, document.write) */
#define LIM_SCRIPT_TARGETS 16       /* targets kept of one page */
#define LIM_CHAIN_HOPS 20           /* hops of one chain: browsers stop there, too */
#define LIM_CHAIN_PAGES 4000000     /* pages that chains are built over: 100 bytes each, and their URLs */
#define LIM_CHAIN_URLS (1024 * MIB) /* text of their URLs */
#define LIM_CRAWL_URLS 100000       /* URLs of one crawl, what they lead to included */
#define LIM_CRAWL_HEADER (64 * KIB) /* response header that is kept */
#define LIM_DNS_LINE (64 * KIB)     /* one line of DNS facts */
#define LIM_DNS_FACTS 1000          /* facts kept of one domain: fast-flux domains have hundreds of addresses */
#define LIM_OBSERVATIONS 1000000    /* facts stored: a day of a large sinkhole; each costs 300 bytes on disk, 48 in memory */
#define LIM_OBSERVATION_LINE (64 * KIB)
#define LIM_OBSERVATION_TEXT 1000     /* bytes of one name, source or note */
#define LIM_CLOCKS 20                 /* feeds with wrong times, or none, that are told one by one */
#define LIM_CONTROLS 10000            /* of them about control servers: dozens were ever published */
#define LIM_CLAIMS 1000               /* of them published claims: each is laid over the whole mail of its period */
#define LIM_OBSERVATION_COMPLAINTS 20 /* bad lines told one by one; the rest is counted */
#define LIM_CHANGE_FILE (64 * MIB)    /* one CSV of `changes` */
#define LIM_CHANGE_ROWS 1000000       /* rows of it: a century of hours */
#define LIM_CHANGE_ARENA (2048 * MIB) /* about 500 bytes a row are used */

/* ---- packs ---- */
#define LIM_PACK_FILE (16 * MIB)   /* one YAML file: the shipped ones are under 100 KiB */
#define LIM_PACK_ENTRIES 100000    /* entries or values of one list: libhs takes about that many patterns in sane memory */
#define LIM_PACK_CACHE (512 * MIB) /* compiled patterns on disk: 100,000 phrases are about 100 MiB */
#define LIM_PACK_ARENA (256 * MIB) /* all packs merged */

/* ---- campaigns ---- */
#define LIM_WORDS 65536 /* words of one message that are compared: a book's chapter */

/* ---- engines ---- */
#define LIM_ENGINE_FILE (64 * MIB) /* a model's file: one engine takes some 10 KiB */
#define LIM_ENGINE_MODEL \
	(2048 * MIB) /* a model in memory, with all tokens of a store: 250 bytes each, and what classes count of them */
#define LIM_ENGINE_TOKENS \
	4000000 /* distinct tokens of a model and a store; of a store's the rarest share what is left (engine/fold.h) */
#define LIM_ENGINE_LEARNED 2000000 /* of them a model's: LIM_ENGINE_FILE holds little more */
#define LIM_ENGINE_CLASSES 500     /* engines and clients of a model; of an analysis, with the largest discovered ones */
#define LIM_ENGINE_SAMPLES 1000000 /* messages of one capture: from a few thousand on more teach nothing new */

/* ---- run time ---- */
#define LIM_BATCH (1 * MIB)    /* raw bytes the reader gives to a worker at a time */
#define LIM_BATCH_MESSAGES 256 /* and messages */
#define LIM_WORKERS 64
#define LIM_IN_FLIGHT (48 * MIB) /* raw bytes between reader and writer: what keeps the process under 200 MB */

/* Visible text that the store keeps of a message: enough for the template of a campaign, a fraction of the mail's bytes. */
#define LIM_STORED_TEXT (4 * KIB)

/* ---- templates ---- */
#define LIM_TEMPLATE_TEXTS 64    /* of a campaign: a slot's alphabet and a list's words show within a few dozen */
#define LIM_TEMPLATE_TOKENS 1200 /* of a text: what LIM_STORED_TEXT holds; alignment costs their square / 64 */

#endif
