/* snippet.c - web server settings that serve a policy file as senders want it:
 * one path, no redirect, plain ASCII text. */
#include "base/base.h"
#include "generate/private.h"

static const char nginx[] =
	"server {\n"
	"    listen 443 ssl;\n"
	"    listen [::]:443 ssl;\n"
	"    server_name %.*s;\n"
	"    ssl_certificate /etc/letsencrypt/live/%.*s/fullchain.pem;\n"
	"    ssl_certificate_key /etc/letsencrypt/live/%.*s/privkey.pem;\n"
	"    root /var/www/%.*s;\n"
	"    gzip off;\n"
	"    location = /.well-known/mta-sts.txt {\n"
	"        types { }\n"
	"        default_type \"text/plain; charset=us-ascii\";\n"
	"    }\n"
	"    location / {\n"
	"        return 404;\n"
	"    }\n"
	"}\n";

static const char apache[] =
	"<VirtualHost *:443>\n"
	"    ServerName %.*s\n"
	"    DocumentRoot /var/www/%.*s\n"
	"    SSLEngine on\n"
	"    SSLCertificateFile /etc/letsencrypt/live/%.*s/fullchain.pem\n"
	"    SSLCertificateKeyFile /etc/letsencrypt/live/%.*s/privkey.pem\n"
	"    SetEnv no-gzip 1\n"
	"    <Location \"/\">\n"
	"        Require all denied\n"
	"    </Location>\n"
	"    <Location \"/.well-known/mta-sts.txt\">\n"
	"        Require all granted\n"
	"        ForceType \"text/plain; charset=us-ascii\"\n"
	"    </Location>\n"
	"</VirtualHost>\n";

static const char caddy[] =
	"%.*s {\n"
	"    root * /var/www/%.*s\n"
	"    @policy path /.well-known/mta-sts.txt\n"
	"    handle @policy {\n"
	"        header Content-Type \"text/plain; charset=us-ascii\"\n"
	"        file_server\n"
	"    }\n"
	"    handle {\n"
	"        respond 404\n"
	"    }\n"
	"}\n";

static void
add(struct maker *m, struct str name, struct str body)
{
	generate_file(m, &(struct generate_file){ .name = name,
						  .type = "text/plain",
						  .body = body });
}

void
generate_snippets(struct maker *m, struct str host)
{
	add(m, S("nginx.conf"),
	    generate_text(m->mem, nginx, STR_ARG(host), STR_ARG(host),
			  STR_ARG(host), STR_ARG(host)));
	add(m, S("apache.conf"),
	    generate_text(m->mem, apache, STR_ARG(host), STR_ARG(host),
			  STR_ARG(host), STR_ARG(host)));
	add(m, S("Caddyfile"),
	    generate_text(m->mem, caddy, STR_ARG(host), STR_ARG(host)));
}
