/* world.c - who sends, who receives, who reports. */
#include "sample/private.h"

uint64_t
dice_roll(struct dice *d)
{
	uint64_t z = d->state += 0x9E3779B97F4A7C15u;

	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

unsigned
dice_below(struct dice *d, unsigned n)
{
	return n ? (unsigned)(dice_roll(d) % n) : 0;
}

bool
dice_chance(struct dice *d, unsigned percent)
{
	return dice_below(d, 100) < percent;
}

const struct world_domain *
world_domain(unsigned i, unsigned *count)
{
	static const struct world_domain domains[] = {
		{ "fjordbakeri.example", "quarantine", "198.51.100.25",
		  "2001:db8:25::25", "198.51.100.77", "gsm" },
		{ "sakura-ryokan.example", "none", "203.0.113.10", "",
		  "203.0.113.80", "oaz" },
		{ "northwind-tools.example", "reject", "192.0.2.44",
		  "2001:db8:44::1", "192.0.2.90", "ozk" },
	};

	*count = COUNT_OF(domains);
	return &domains[i % COUNT_OF(domains)];
}

const struct world_sender *
world_sender(char letter)
{
	static const struct world_sender senders[] = {
		{ 'g', "209.85.220", "", "google", "", true },
		{ 'o', "40.107.22", "", "selector1", "", true },
		{ 's', "167.89.11", "sendgrid.net", "s1", "em.sendgrid.net",
		  true },
		{ 'm', "198.2.130", "mcsv.net", "k1", "mail.mcsv.net", false },
		{ 'a', "54.240.8", "amazonses.com", "224i4yxa5dv7c2x",
		  "ap-northeast-1.amazonses.com", true },
		{ 'z', "192.161.148", "zendesk.com", "zendesk1",
		  "mail.zendesk.com", true },
		{ 'k', "159.183.4", "klaviyomail.com", "kl",
		  "bounces.klaviyomail.com", false },
	};

	for (size_t i = 0; i < COUNT_OF(senders); i++)
		if (senders[i].letter == letter)
			return &senders[i];
	return NULL;
}

const struct world_reporter *
world_reporter(struct dice *d)
{
	static const struct world_reporter reporters[] = {
		{ "google.com", "google.com",
		  "noreply-dmarc-support@google.com", 34, 'g' },
		{ "Enterprise Outlook", "enterprise.protection.outlook.com",
		  "dmarcreport@microsoft.com", 20, 'm' },
		{ "Outlook.com", "protection.outlook.com",
		  "dmarcreport@microsoft.com", 14, 'm' },
		{ "Yahoo", "yahoo.com", "dmarchelp@yahooinc.com", 12, 'y' },
		{ "Postkontoret AS", "postkontoret.example",
		  "dmarc@postkontoret.example", 8, 's' },
		{ "KDI Corporation", "kdi.example", "dmarc@kdi.example", 7,
		  's' },
		{ "mail.hochschule.example", "hochschule.example",
		  "postmaster@hochschule.example", 5, 's' },
	};
	unsigned roll = dice_below(d, 100);

	for (size_t i = 0; i < COUNT_OF(reporters); i++) {
		if (roll < reporters[i].share)
			return &reporters[i];
		roll -= reporters[i].share;
	}
	return &reporters[0];
}
