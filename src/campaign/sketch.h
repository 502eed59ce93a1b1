/* sketch.h - what one message shows, in some 400 bytes: enough to tell whether two messages come from one template.
 *
 * A pure function of the decoded message. The blob is versioned, little-endian, at most SKETCH_MAX bytes:
 *   text     MinHash of its runs of three words (minhash.h), and an ordered sample of its words: all whose hash is below a
 *            threshold that keeps at most SKETCH_WORDS of them, so that two messages sample the same words
 *   facts    numbers and names that the text states: what a template holds fast
 *   links    registrable domains; the shape of the first link; how many
 *   subject  its words, numbers as one
 *   tags     16 bins of MinHash over the pairs of neighbours in the HTML tag stream
 *   images, attachments   exact digests; of images also width and height, and of the largest the perceptual digest
 * Likeness (sketch_compare) is a symmetric function of two sketches: the word sample aligned (longest common subsequence), its
 * overlap as a bag, the resemblance by MinHash, and what the other families agree in.
 */
#ifndef TRAPLINE_CAMPAIGN_SKETCH_H
#define TRAPLINE_CAMPAIGN_SKETCH_H

#include "base/arena.h"
#include "campaign/minhash.h"
#include "feature/doc.h"

enum {
	SKETCH_VERSION = 3,
	SKETCH_WORDS = 96,
	SKETCH_FACTS = 12,
	SKETCH_NAMES = 6,
	SKETCH_DOMAINS = 4,
	SKETCH_SUBJECT = 10,
	SKETCH_TAGS = 16,
	SKETCH_FILES = 3,
	SKETCH_LINKS = 63, /* most that are counted; nobody writes as many by hand */
	SKETCH_LARGE =
		30000, /* pixels of a picture that can hold an offer: six lines of thirty letters; logos and buttons have less */
	SKETCH_MAX = 16 + MINHASH_BINS + 2 * SKETCH_WORDS + 4 * (SKETCH_FACTS + SKETCH_NAMES + SKETCH_DOMAINS) +
	             2 * SKETCH_SUBJECT + SKETCH_TAGS + 4 * SKETCH_FILES + 8 * 2 * SKETCH_FILES + IMAGE_DIGEST_BYTES * SKETCH_FILES,
};

struct sketch {
	uint16_t n_words; /* of the text, at most 65535 */
	uint32_t below;   /* the sample holds the words whose hash is below this, 0..65536 */
	uint32_t url;     /* shape of the first link; 0: it has none to speak of */
	bool dense;       /* most words are one character: they tell half as much */
	uint8_t n_bins;   /* MINHASH_BINS, or 0 without words */
	uint8_t n_sample, n_facts, n_names, n_domains, n_subject, n_tags, n_images, n_shapes, n_files, n_looks,
		n_large; /* n_large: of the looks, the first */
	uint8_t n_links; /* visible ones that are no images, at most SKETCH_LINKS */
	uint8_t bins[MINHASH_BINS];
	uint8_t tags[SKETCH_TAGS];
	uint16_t sample[SKETCH_WORDS];
	uint16_t subject[SKETCH_SUBJECT];
	uint32_t facts[SKETCH_FACTS], names[SKETCH_NAMES], domains[SKETCH_DOMAINS]; /* ascending */
	uint32_t shapes[SKETCH_FILES];                                              /* of images; ascending */
	uint64_t images[SKETCH_FILES], files[SKETCH_FILES];                         /* ascending */
	struct image_digest looks[SKETCH_FILES];                                    /* of images, largest first */
};

/* Fills *out. False when out of memory. Scratch is given back to the arena. */
bool sketch_make(struct arena *a, const struct doc *d, struct sketch *out);
/* The bytes written, at most SKETCH_MAX. */
size_t sketch_write(const struct sketch *s, uint8_t out[SKETCH_MAX]);
/* False when the blob is damaged or of another version (*out is then undefined). Whatever is read is safe to compare. */
bool sketch_read(struct str blob, struct sketch *out);
/* Of a blob that sketch_read accepts, the text alone, where it stands: what most pairs are refused by. */
struct sketch_text {
	const uint8_t *bins;   /* MINHASH_BINS; NULL when it has none */
	const uint8_t *sample; /* n_sample numbers of two bytes, little-endian */
	uint32_t below;
	uint8_t n_sample, n_large;
};
struct sketch_text sketch_peek(const uint8_t *blob);
static inline uint16_t sketch_sampled(const struct sketch_text *t, size_t i)
{
	uint16_t v;
	memcpy(&v, t->sample + 2 * i, sizeof v);
	return le16toh(v);
}
/* make and write in one step, into the arena; {NULL,0} when out of memory. */
struct str sketch_of(struct arena *a, const struct doc *d);
/* The sketch with these attachments in place of those that it was made with; of files nothing else is read. */
struct str sketch_with_files(struct arena *a, struct str sketch, const struct doc *files);

/* The shape of a URL: letters, digits and mixed runs told by kind, signs, extension and query keys kept. 0 when there is nothing
 * but a host of ordinary form. */
uint32_t sketch_url_shape(const struct url *u);

#endif
