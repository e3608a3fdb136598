/* answer.c - status lines, fields and chunks on their way out. */
#include "httpd/private.h"

#include <inttypes.h>
#include <stdio.h>

const char *
httpd_reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} reasons[] = {
		{ 100, "Continue" },
		{ 200, "OK" },
		{ 201, "Created" },
		{ 202, "Accepted" },
		{ 204, "No Content" },
		{ 301, "Moved Permanently" },
		{ 302, "Found" },
		{ 303, "See Other" },
		{ 304, "Not Modified" },
		{ 307, "Temporary Redirect" },
		{ 308, "Permanent Redirect" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 406, "Not Acceptable" },
		{ 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 410, "Gone" },
		{ 411, "Length Required" },
		{ 412, "Precondition Failed" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" },
		{ 417, "Expectation Failed" },
		{ 421, "Misdirected Request" },
		{ 422, "Unprocessable Content" },
		{ 428, "Precondition Required" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 501, "Not Implemented" },
		{ 502, "Bad Gateway" },
		{ 503, "Service Unavailable" },
		{ 504, "Gateway Timeout" },
		{ 505, "HTTP Version Not Supported" },
		{ 507, "Insufficient Storage" },
	};

	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Unknown";
}

const char *
httpd_date(int64_t seconds, char out[HTTPD_DATE_SIZE])
{
	static const char days[] = "ThuFriSatSunMonTueWed";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct civil c = civil_from(seconds);
	int64_t weekday = civil_day(seconds) % 7;

	if (weekday < 0)
		weekday += 7;
	(void)snprintf(out, HTTPD_DATE_SIZE,
		       "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
		       days + weekday * 3, c.day, months + (c.month - 1) * 3,
		       c.year, c.hour, c.minute, c.second);
	return out;
}

void
httpd_answer(struct buf *out, int status, int64_t now)
{
	char date[HTTPD_DATE_SIZE];

	(void)buf_addf(out, "HTTP/1.1 %d %s\r\nDate: %s\r\n", status,
		       httpd_reason(status), httpd_date(now, date));
}

bool
httpd_answer_field(struct buf *out, struct str name, struct str value)
{
	if (!httpd_is_token(name) || !httpd_is_value(value))
		return false;
	return buf_addf(out, "%.*s: %.*s\r\n", STR_ARG(name), STR_ARG(value));
}

void
httpd_answer_end(struct buf *out, enum httpd_framing framing, uint64_t length,
		 bool keep_alive)
{
	if (framing == HTTPD_SIZED)
		(void)buf_addf(out, "Content-Length: %" PRIu64 "\r\n", length);
	else if (framing == HTTPD_IN_CHUNKS)
		(void)buf_addz(out, "Transfer-Encoding: chunked\r\n");
	if (!keep_alive || framing == HTTPD_TO_THE_END)
		(void)buf_addz(out, "Connection: close\r\n");
	(void)buf_addz(out, "\r\n");
}

void
httpd_chunk(struct buf *out, struct str piece)
{
	if (piece.n == 0)
		return;
	(void)buf_addf(out, "%zx\r\n", piece.n);
	(void)buf_add(out, piece);
	(void)buf_addz(out, "\r\n");
}

void
httpd_chunk_end(struct buf *out)
{
	(void)buf_addz(out, "0\r\n\r\n");
}
