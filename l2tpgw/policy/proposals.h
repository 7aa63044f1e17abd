/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_POLICY_PROPOSALS_H
#define L2TPGW_POLICY_PROPOSALS_H

/*
 * IKEv1 proposals in strongSwan's syntax: which ones the operating systems in the policy need, and
 * what is in one. In IKEv1 a proposal names one algorithm of each kind, and the gateway's own order
 * wins (charon: prefer_configured_proposals).
 */
#include <stdbool.h>
#include <stddef.h>

#include "base/mem.h"

enum proposal_use { PROPOSAL_IKE, PROPOSAL_ESP };

enum proposal_kind { PROPOSAL_ENCRYPTION, PROPOSAL_AEAD, PROPOSAL_INTEGRITY, PROPOSAL_GROUP };

struct proposal_algorithm {
	const char *name;
	enum proposal_kind kind;
	unsigned legacy; /* bits of enum policy_legacy that admit it; 0 = it is strong */
	bool broken;     /* nothing admits it */
	/* In an ESP packet, bytes: */
	unsigned iv, align, icv;
};

struct proposal {
	const struct proposal_algorithm *encryption; /* AEAD too */
	const struct proposal_algorithm *integrity;  /* NULL with AEAD */
	const struct proposal_algorithm *group;      /* NULL: no perfect forward secrecy (ESP) */
};

/* NULL if it is well-formed, else the reason as the end of a sentence, from `arena`. */
const char *proposal_parse(const char *text, enum proposal_use use, struct proposal *proposal,
			   struct arena *arena);
/* The name of an algorithm in it that is weak and not admitted by these legacy bits; or NULL. */
const struct proposal_algorithm *proposal_weakness(const struct proposal *proposal,
						   unsigned legacy);
/* Those that the clients and legacy bits of a policy need, strongest first. The list is in the
 * arena, the strings are static. May be empty: nobody is admitted then. */
const char **proposals_make(enum proposal_use use, unsigned clients, unsigned legacy,
			    struct arena *arena, size_t *count);

#endif
