/* freedom.c - who decides what: the families that a campaign or a network sets, not the software. A fixed list, set by judgement. See model.h. */
#include "engine/model.h"
#include "feature/fingerprint.h"

enum engine_freedom engine_freedom(unsigned family)
{
	switch ((enum print_id)family) {
	case PRINT_order: /* whether optional fields are there */
	case PRINT_mid_host:
	case PRINT_tz:
	case PRINT_clock:
	case PRINT_ct_multi:
	case PRINT_ct_text:
	case PRINT_ct_html:
	case PRINT_charset:
	case PRINT_parthead:
	case PRINT_cid:
	case PRINT_tree:
	case PRINT_gaps:
	case PRINT_cte_text:
	case PRINT_cte_html:
	case PRINT_b64:
	case PRINT_qp:
	case PRINT_lines:
	case PRINT_subj_enc:
	case PRINT_from_enc:
	case PRINT_subj_tail:
	case PRINT_subj_to:
	case PRINT_from_to:
	case PRINT_tags:
	case PRINT_foot:
	case PRINT_unit:
	case PRINT_helo:
	case PRINT_helo_x:
	case PRINT_sm_helo:
		return FREEDOM_FREE;
	case PRINT_client:
	case PRINT_version:
	case PRINT_from_name:
	case PRINT_to_name:
	case PRINT_rp:
	case PRINT_reply_to:
	case PRINT_unsub:
	case PRINT_xsender:
		return FREEDOM_HABIT;
	default:
		return FREEDOM_NONE;
	}
}
