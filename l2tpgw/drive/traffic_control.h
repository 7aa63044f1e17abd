/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef L2TPGW_DRIVE_TRAFFIC_CONTROL_H
#define L2TPGW_DRIVE_TRAFFIC_CONTROL_H

/*
 * How fast a session may be: what Linux calls traffic control (tc(8)). Both directions are shaped,
 * not policed: what is too fast waits a little, as TCP likes it, and only a full queue drops.
 *
 * What leaves an interface is shaped there. What enters it can only be shaped where it leaves
 * another one, so it is sent through an intermediate one (an "ifb") of the session's own, from
 * which it returns to where it would have gone. The former ends with the interface, the latter has
 * to be removed.
 *
 * Rates are bits a second of IP packets as the interface carries them, without what tunnels and
 * encryption add. The kernel loads the modules (sch_tbf, sch_ingress, cls_u32, act_mirred, ifb).
 */
#include <stdint.h>

#include "base/err.h"

/* Of what leaves the interface; an earlier rate is replaced. 0 = as fast as it goes. */
int traffic_control_egress(const char *ifname, uint64_t rate, struct err *err);
/*
 * Of what enters it, through the intermediate interface of that name, which is made if it is not
 * there. 0 = as fast as it goes; then the intermediate interface is released.
 */
int traffic_control_ingress(const char *ifname, const char *through, uint64_t rate,
			    struct err *err);
/*
 * The intermediate interface is not needed any more; none is fine. It goes with the next
 * traffic_control_sweep(), as the kernel takes tens of milliseconds to remove any number of them at
 * once.
 */
int traffic_control_release(const char *through, struct err *err);
int traffic_control_sweep(struct err *err);

#endif
