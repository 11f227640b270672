"""Runs inside Odoo: put a template to all leads into the queue, once or more; time and memory of each round.

`arguments`: `template`, `rounds`, `limit`, `plain`: in turns with a plain `create` of as many messages. The rounds are
committed, the last one is what waits afterwards.
"""

import time
from pathlib import Path


def resident_mb():
    """Memory of this process in MB, now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


template = env["wa.template"].search([("name", "=", arguments["template"])], limit=1)
for parameter, path in zip(template.parameter_ids.sorted("id"), ("partner_id.name", "name"), strict=False):
    parameter.write({"field_path": path, "fallback": "you"})
env.cr.commit()

groups = plain_groups(env, arguments["limit"]) if arguments["plain"] else None
plain = [plain_messages(env, groups, arguments["limit"])] if arguments["plain"] else []
result = []
for _round in range(arguments["rounds"]):
    env.invalidate_all()
    leads = env["crm.lead"].search([("phone", "!=", False)], limit=arguments["limit"], order="id")
    before, started = resident_mb(), time.perf_counter()
    outcomes = template._send_to_records(leads, origin="bulk")
    env.flush_all()
    env.cr.commit()
    seconds = time.perf_counter() - started
    peak = resident_mb()
    refused = {outcome.reason for outcome in outcomes if outcome.status != "queued"}
    result.append(
        {
            "queued": sum(outcome.status == "queued" for outcome in outcomes),
            "seconds": seconds,
            "grown_mb": peak - before,
            "before_mb": before,
            "refused": sorted(refused)[:3],
        }
    )
    del outcomes
    if arguments["plain"]:
        plain.append(plain_messages(env, groups, arguments["limit"]))
        result[-1]["plain_seconds"] = (plain[-1] + plain[-2]) / 2
