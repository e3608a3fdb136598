/* command.c - the commands (RFC 5321 section 4.1.1), each with its rules of
 * order. Blanks at a line's end are passed over. */
#include "smtp/private.h"

#include <string.h>

static bool
is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	}
	return true;
}

static void
not_known(struct smtp *s, struct buf *out)
{
	smtp_bad(s, "500 5.5.1 Command not recognised", out);
}

static void
bad_arguments(struct smtp *s, struct buf *out)
{
	smtp_bad(s, "501 5.5.4 Arguments not understood", out);
}

static void
out_of_order(struct smtp *s, struct buf *out)
{
	smtp_bad(s, "503 5.5.1 Not now: wrong order of commands", out);
}

/* What the owner said against a sender, a recipient or DATA. */
static void
decline(struct smtp *s, enum smtp_answer told, struct buf *out)
{
	smtp_say_one(told, out);
	if (told == SMTP_CLOSING) {
		smtp_reset(s);
		s->state = SMTP_OVER;
	}
}

static void
introduce(struct smtp *s, struct str name, bool esmtp, struct buf *out)
{
	if (name.n == 0 || name.n > SMTP_HELO_MAX || !str_is_utf8(name)) {
		bad_arguments(s, out);
		return;
	}
	for (size_t i = 0; i < name.n; i++) {
		if ((unsigned char)name.p[i] <= ' ' || name.p[i] == 0x7f) {
			bad_arguments(s, out);
			return;
		}
	}
	smtp_restart(s);
	memcpy(s->helo, name.p, name.n);
	s->helo_n = name.n;
	s->esmtp = esmtp;
	if (esmtp)
		smtp_say_ehlo(s, out);
	else
		(void)buf_addf(out, "250 %.*s\r\n", STR_ARG(s->options.host));
}

static void
say_ehlo(struct smtp *s, struct str args, struct buf *out)
{
	if (s->options.lmtp)
		not_known(s, out);
	else
		introduce(s, args, true, out);
}

static void
say_helo(struct smtp *s, struct str args, struct buf *out)
{
	if (s->options.lmtp)
		not_known(s, out);
	else
		introduce(s, args, false, out);
}

static void
say_lhlo(struct smtp *s, struct str args, struct buf *out)
{
	if (s->options.lmtp)
		introduce(s, args, true, out);
	else
		not_known(s, out);
}

/* One parameter of MAIL. NULL when it is fine, else the reply. */
static const char *
mail_parameter(struct smtp *s, struct str key, struct str value)
{
	uint64_t size;

	if (str_eq_fold(key, S("SIZE"))) {
		/* RFC 1870 section 4: up to 20 digits. */
		if (value.n == 0 || value.n > 20)
			return "501 5.5.4 SIZE not understood";
		if (!str_u64(value, &size))
			size = UINT64_MAX;
		for (size_t i = 0; i < value.n; i++) {
			if (value.p[i] < '0' || value.p[i] > '9')
				return "501 5.5.4 SIZE not understood";
		}
		if (size > s->options.size_max)
			return "552 5.3.4 Message too large";
		return NULL;
	}
	if (str_eq_fold(key, S("BODY"))) {
		if (str_eq_fold(value, S("7BIT")) ||
		    str_eq_fold(value, S("8BITMIME")))
			return NULL;
		return "501 5.5.4 BODY not understood";
	}
	if (str_eq_fold(key, S("SMTPUTF8")) && value.n == 0) {
		s->smtputf8 = true;
		return NULL;
	}
	return "555 5.5.4 Parameter not supported";
}

static const char *
mail_parameters(struct smtp *s, struct str rest)
{
	const char *wrong = NULL;
	struct str key;
	struct str value;

	while (wrong == NULL && smtp_parameter(&rest, &key, &value))
		wrong = mail_parameter(s, key, value);
	return wrong;
}

static void
say_mail(struct smtp *s, struct str args, struct buf *out)
{
	enum smtp_answer told = SMTP_OK;
	const char *wrong;
	struct str from;

	if (s->helo_n == 0 || s->mail) {
		out_of_order(s, out);
		return;
	}
	if (!str_starts_fold(args, S("FROM:"))) {
		bad_arguments(s, out);
		return;
	}
	args = str_sub(args, 5, SIZE_MAX);
	if (!smtp_path(&args, &from)) {
		smtp_bad(s, "501 5.1.7 Sender not understood", out);
		return;
	}
	s->smtputf8 = false;
	wrong = mail_parameters(s, args);
	if (wrong == NULL && !is_ascii(from) &&
	    (!s->smtputf8 || !str_is_utf8(from)))
		wrong = "553 5.6.7 Address needs SMTPUTF8";
	if (wrong != NULL) {
		smtp_bad(s, wrong, out);
		return;
	}
	memcpy(s->from, from.p, from.n);
	s->from_n = from.n;
	if (s->owner->mail != NULL)
		told = s->owner->mail(s->ctx, from);
	if (told != SMTP_OK) {
		decline(s, told, out);
		smtp_reset(s);
		return;
	}
	s->mail = true;
	smtp_say(out, "250 2.1.0 Ok");
}

static void
say_rcpt(struct smtp *s, struct str args, struct buf *out)
{
	enum smtp_answer told;
	struct str to;

	if (!s->mail) {
		out_of_order(s, out);
		return;
	}
	if (!str_starts_fold(args, S("TO:"))) {
		bad_arguments(s, out);
		return;
	}
	args = str_sub(args, 3, SIZE_MAX);
	if (!smtp_path(&args, &to) || to.n == 0) {
		smtp_bad(s, "501 5.1.3 Recipient not understood", out);
		return;
	}
	if (str_trim(args).n > 0) {
		smtp_bad(s, "555 5.5.4 Parameter not supported", out);
		return;
	}
	if (!is_ascii(to) && (!s->smtputf8 || !str_is_utf8(to))) {
		smtp_bad(s, "553 5.6.7 Address needs SMTPUTF8", out);
		return;
	}
	if (s->recipients == SMTP_RECIPIENTS_MAX) {
		smtp_say(out, "452 4.5.3 Too many recipients");
		return;
	}
	told = s->owner->rcpt(s->ctx, to);
	if (told != SMTP_OK) {
		decline(s, told, out);
		return;
	}
	s->recipients++;
	smtp_say(out, "250 2.1.5 Ok");
}

static void
say_data(struct smtp *s, struct str args, struct buf *out)
{
	enum smtp_answer told = SMTP_OK;

	if (args.n > 0) {
		bad_arguments(s, out);
		return;
	}
	if (!s->mail) {
		out_of_order(s, out);
		return;
	}
	if (s->recipients == 0) {
		smtp_bad(s, "554 5.5.1 No valid recipients", out);
		return;
	}
	if (s->owner->begin != NULL)
		told = s->owner->begin(s->ctx);
	if (told != SMTP_OK) {
		decline(s, told, out);
		smtp_reset(s);
		return;
	}
	smtp_data_begin(s);
	smtp_say(out, "354 End with a dot on a line of its own");
}

static void
say_rset(struct smtp *s, struct str args, struct buf *out)
{
	if (args.n > 0) {
		bad_arguments(s, out);
		return;
	}
	smtp_reset(s);
	smtp_say(out, "250 2.0.0 Ok");
}

static void
say_noop(struct smtp *s, struct str args, struct buf *out)
{
	(void)s;
	(void)args;
	smtp_say(out, "250 2.0.0 Ok");
}

static void
say_quit(struct smtp *s, struct str args, struct buf *out)
{
	if (args.n > 0) {
		bad_arguments(s, out);
		return;
	}
	smtp_give_up(s, "221 2.0.0 Bye", out);
}

static void
say_vrfy(struct smtp *s, struct str args, struct buf *out)
{
	if (args.n == 0)
		bad_arguments(s, out);
	else
		smtp_say(out, "252 2.5.2 Send mail and see");
}

static void
say_help(struct smtp *s, struct str args, struct buf *out)
{
	(void)s;
	(void)args;
	smtp_say(out, "214 2.0.0 This server takes reports in; see RFC 5321");
}

static void
say_starttls(struct smtp *s, struct str args, struct buf *out)
{
	if (s->secured) {
		out_of_order(s, out);
	} else if (!s->options.starttls) {
		smtp_bad(s, "502 5.5.1 Command not offered", out);
	} else if (args.n > 0) {
		bad_arguments(s, out);
	} else {
		smtp_reset(s);
		smtp_say(out, "220 2.0.0 Begin TLS");
		s->state = SMTP_TLS;
	}
}

static void
say_xclient(struct smtp *s, struct str args, struct buf *out)
{
	struct smtp_client told = { 0 };

	if (!s->options.trusted) {
		smtp_bad(s, "550 5.7.0 Not for you", out);
	} else if (s->mail) {
		out_of_order(s, out);
	} else if (args.n == 0 || !smtp_client_parse(args, &told)) {
		bad_arguments(s, out);
	} else {
		/* The session begins anew, as that client's. */
		smtp_restart(s);
		s->session = told;
		smtp_greet(s, out);
	}
}

static void
say_xforward(struct smtp *s, struct str args, struct buf *out)
{
	struct smtp_client told = s->forwarded;

	if (!s->options.trusted) {
		smtp_bad(s, "550 5.7.0 Not for you", out);
	} else if (s->mail) {
		out_of_order(s, out);
	} else if (args.n == 0 || !smtp_client_parse(args, &told)) {
		bad_arguments(s, out);
	} else {
		s->forwarded = told;
		smtp_say(out, "250 2.0.0 Ok");
	}
}

static void
not_offered(struct smtp *s, struct str args, struct buf *out)
{
	(void)args;
	smtp_bad(s, "502 5.5.1 Command not offered", out);
}

/* A browser that was sent here: its next lines could hold a message. */
static void
another_protocol(struct smtp *s, struct str args, struct buf *out)
{
	(void)args;
	smtp_give_up(s, "421 4.7.0 This is no web server", out);
}

static const struct command {
	struct str verb;
	void (*run)(struct smtp *s, struct str args, struct buf *out);
} commands[] = {
	{ STR("MAIL"), say_mail },         { STR("RCPT"), say_rcpt },
	{ STR("DATA"), say_data },         { STR("EHLO"), say_ehlo },
	{ STR("HELO"), say_helo },         { STR("LHLO"), say_lhlo },
	{ STR("RSET"), say_rset },         { STR("NOOP"), say_noop },
	{ STR("QUIT"), say_quit },         { STR("VRFY"), say_vrfy },
	{ STR("HELP"), say_help },         { STR("STARTTLS"), say_starttls },
	{ STR("XCLIENT"), say_xclient },   { STR("XFORWARD"), say_xforward },
	{ STR("EXPN"), not_offered },      { STR("AUTH"), not_offered },
	{ STR("BDAT"), not_offered },      { STR("ETRN"), not_offered },
	{ STR("TURN"), not_offered },      { STR("GET"), another_protocol },
	{ STR("POST"), another_protocol }, { STR("CONNECT"), another_protocol },
};

void
smtp_command(struct smtp *s, struct str line, struct buf *out)
{
	struct str args = line;
	struct str verb;

	while (args.n > 0 &&
	       (args.p[args.n - 1] == ' ' || args.p[args.n - 1] == '\t'))
		args.n--;
	verb = smtp_word(&args);
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		if (str_eq_fold(verb, commands[i].verb)) {
			commands[i].run(s, args, out);
			return;
		}
	}
	not_known(s, out);
}
