/* metrics.c - one page of numbers that all processes of an instance share. */
#include "metrics/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <sys/mman.h>

enum kind { COUNTER, GAUGE };

struct metric {
	const char *name; /* with "waxseal_" before it */
	enum kind kind;
	const char *labels; /* with braces, or "" */
	const char *help;
};

/* Entries of one name stand together: HELP and TYPE are printed once. */
static const struct metric table[METRICS_IDS] = {
	[METRICS_SMTP_CONNECTIONS] = { "smtp_connections_total", COUNTER, "",
				       "SMTP connections taken." },
	[METRICS_SMTP_REFUSED] = { "smtp_refused_total", COUNTER, "",
				   "SMTP connections over a limit." },
	[METRICS_SMTP_ACCEPTED] = { "smtp_messages_total", COUNTER,
				    "{answer=\"2xx\"}",
				    "Messages offered by SMTP, by answer." },
	[METRICS_SMTP_REJECTED] = { "smtp_messages_total", COUNTER,
				    "{answer=\"5xx\"}", "" },
	[METRICS_SMTP_DEFERRED] = { "smtp_messages_total", COUNTER,
				    "{answer=\"4xx\"}", "" },
	[METRICS_HTTP_REQUESTS] = { "http_requests_total", COUNTER, "",
				    "HTTP requests answered." },
	[METRICS_HTTP_ERRORS] = { "http_errors_total", COUNTER, "",
				  "HTTP requests answered 5xx." },
	[METRICS_HTTP_POSTED] = { "http_reports_posted_total", COUNTER, "",
				  "Reports taken by POST or upload." },
	[METRICS_SPOOL_MESSAGES] = { "spool_messages", GAUGE, "",
				     "Messages kept, not yet in the store." },
	[METRICS_SPOOL_BYTES] = { "spool_bytes", GAUGE, "",
				  "Bytes of messages not yet in the store." },
	[METRICS_REPORTS_IMPORTED] = { "reports_total", COUNTER,
				       "{result=\"imported\"}",
				       "Reports read, by what became of "
				       "them." },
	[METRICS_REPORTS_DUPLICATE] = { "reports_total", COUNTER,
					"{result=\"duplicate\"}", "" },
	[METRICS_REPORTS_SUPERSEDED] = { "reports_total", COUNTER,
					 "{result=\"superseded\"}", "" },
	[METRICS_REPORTS_REJECTED] = { "reports_total", COUNTER,
				       "{result=\"rejected\"}", "" },
	[METRICS_REPORTS_IGNORED] = { "reports_total", COUNTER,
				      "{result=\"ignored\"}", "" },
	[METRICS_SIDELINED] = { "messages_sidelined_total", COUNTER, "",
				"Messages put aside: they ended the parser "
				"twice." },
	[METRICS_DROPPED_UNCLAIMED] = { "messages_dropped_total", COUNTER,
					"{reason=\"unclaimed\"}",
					"Messages over a quota, not kept." },
	[METRICS_DROPPED_SIDELINED] = { "messages_dropped_total", COUNTER,
					"{reason=\"sidelined\"}", "" },
	[METRICS_MAILBOX_FETCHED] = { "mailbox_fetched_total", COUNTER, "",
				      "Messages fetched by IMAP." },
	[METRICS_MAILBOX_ERRORS] = { "mailbox_errors_total", COUNTER, "",
				     "Rounds of a mailbox that failed." },
	[METRICS_DNS_UDP] = { "dns_queries_total", COUNTER, "{over=\"udp\"}",
			      "Questions to the name server." },
	[METRICS_DNS_TCP] = { "dns_queries_total", COUNTER, "{over=\"tcp\"}",
			      "" },
	[METRICS_DNS_REFUSED] = { "dns_refused_total", COUNTER, "",
				  "Questions for what is not hosted here." },
	[METRICS_DNS_LIMITED] = { "dns_limited_total", COUNTER, "",
				  "Answers held back, or cut, by the limit." },
	[METRICS_DNS_TRANSFERS] = { "dns_transfers_total", COUNTER, "",
				    "Transfers of the zone that began." },
	[METRICS_ROLE_RESTARTS] = { "role_restarts_total", COUNTER, "",
				    "Roles that ended and were started "
				    "again." },
	[METRICS_HOSTED_DOMAINS] = { "hosted_domains", GAUGE, "",
				     "Domains in the index of the policy "
				     "host." },
	[METRICS_POLICY_CONNECTIONS] = { "policy_connections_total", COUNTER,
					 "{result=\"taken\"}",
					 "Connections to the policy host." },
	[METRICS_POLICY_REFUSED] = { "policy_connections_total", COUNTER,
				     "{result=\"refused\"}", "" },
	[METRICS_POLICY_HANDED] = { "policy_connections_total", COUNTER,
				    "{result=\"handed_over\"}", "" },
	[METRICS_POLICY_UNKNOWN] = { "policy_unknown_names_total", COUNTER, "",
				     "Handshakes for a name that is not "
				     "hosted." },
	[METRICS_POLICY_SERVED] = { "policies_served_total", COUNTER, "",
				    "MTA-STS policies served." },
	[METRICS_POLICY_CHALLENGES] = { "policy_challenges_total", COUNTER, "",
					"Challenges of a CA answered." },
	[METRICS_POLICY_UNLOGGED] = { "policy_fetches_unlogged_total", COUNTER,
				      "", "Fetches that could not be logged." },
	[METRICS_LAST_REPORT] = { "last_report_timestamp_seconds", GAUGE, "",
				  "When a report was last imported." },
	[METRICS_STARTED] = { "start_time_seconds", GAUGE, "",
			      "When this instance was started." },
};

static _Atomic uint64_t *shared;

enum err
metrics_start(struct diag *why)
{
	void *page =
		mmap(NULL, METRICS_IDS * sizeof *shared, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return diag_errno(why, "start", "metrics");
	shared = page;
	return ERR_NONE;
}

void
metrics_add(enum metrics_id id, uint64_t n)
{
	if (shared)
		atomic_fetch_add_explicit(shared + id, n, memory_order_relaxed);
}

void
metrics_set(enum metrics_id id, uint64_t value)
{
	if (shared)
		atomic_store_explicit(shared + id, value, memory_order_relaxed);
}

uint64_t
metrics_get(enum metrics_id id)
{
	if (!shared)
		return 0;
	return atomic_load_explicit(shared + id, memory_order_relaxed);
}

void
metrics_print(struct buf *out)
{
	for (int id = 0; id < METRICS_IDS; id++) {
		const struct metric *m = &table[id];

		if (m->help[0])
			buf_addf(out,
				 "# HELP waxseal_%s %s\n"
				 "# TYPE waxseal_%s %s\n",
				 m->name, m->help, m->name,
				 m->kind == GAUGE ? "gauge" : "counter");
		buf_addf(out, "waxseal_%s%s %" PRIu64 "\n", m->name, m->labels,
			 metrics_get((enum metrics_id)id));
	}
}
