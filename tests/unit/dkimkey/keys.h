/* keys.h - public keys made for these tests; their private halves are gone. */
#ifndef TESTS_KEYS_H
#define TESTS_KEYS_H

static const char rsa_512[] =
	"MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAMx+BbJ/mUr2Br6yARwZ2MMknL"
	"Xx+BDBQPmLl1hXbXLw702YlPZCw71/fLGuVfCP3ug/LwLIBE9qxwOvVaQ4"
	"h6ECAwEAAQ==";

static const char rsa_1024[] =
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC5k1wMDz0SsDIswy7uD2"
	"WyAW+cC2BW3bFcGZZOORYF3aOPs/SY8UwGbxWF5fxe1aLIij/JpyYoC6ty"
	"BqYQBZHL5aa1pAAGUJ8MINFbf/SjhmPuntFr7zr7UAvG8v9N2Pq/DURYKA"
	"QZhjnxv0FGr8wS6tQAvcBDZetjKIZ3LHJamwIDAQAB";

static const char rsa_2048[] =
	"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAsXoQohbZtEvP30"
	"9nRhjhhkT4W1iXwyKfaK1q4dOkjGSJcn4n4WhDzopMrNgvS9QCWNna0mkv"
	"Q76BEyD5I5hVSOOmJXfaWHvtkqSV3TIiCdGbHBvxNveZfGijSctZWfZfcg"
	"GyLi5W/qxPJ1yiErTayHes2RqUKPNE+z7WoyLKHUvsK2UpAIo8qU1WCooC"
	"Bj8VqNFGyoGpppgY3zNErG1xh3rvGYjwbpzwwOO+bcgbClmvbHQgZvBt5Z"
	"2C7udqMoa+H+6AVoeSOYGCP2HLqNJUQxfnQiwn8QcUA1qPT/TyMYb0RXlP"
	"WnSXifjc8IjBE2reDIcS+hXaEHI3ZlWmtGAoowIDAQAB";

static const char rsa_4608[] =
	"MIICYjANBgkqhkiG9w0BAQEFAAOCAk8AMIICSgKCAkEAzg4JOs2qcufhpj"
	"el+1ZJDpOvW785UlJVoeQM5c9te9wBCud3fgwnI2Al/1TRYW23b0otM8rO"
	"liE6E/iB7RQxtTZGCWXlwmxWm4YQfBb/FXB/o2p3ffnozAa3xdYbuzjXUN"
	"BPfh5tiDC/qT/0H2hqzjkZCAdIEh22pl+tw16/rpcnKkFXywLOCYXysEAK"
	"a8CaoGQlDYOVceJePDCeXZDimhhiA8hEeTZZwxCtsDtfHl6TipHpsvaky5"
	"ItPloiwpqC0uWzYlf4y+n+db678xHDFQN5Opf+Y9rZMyl7dQe8Xo7B8Xxt"
	"P3XukJ+EAuBYGewLSSDs/4RJ9gcKMWIQVmZ/jwK1anrElGg5flq8jiI0Y7"
	"3rs3nrOcidiGXvLXiVHcCKsh4m8QSQVu7dSy3slUTJxOppaszuPiRYlfRU"
	"eBNX7YFhj3O+BWW4vRsIP5MOw9fxjH66NW+knWDC8fSXrKZuZf7zdqWHYO"
	"eYrhpStOPtdGoe0Z0dwIpRkOndvXzEp7qDGmoSGUO9ZAtxFoRBxdzrMTGL"
	"jxA2/3OJkx+l7VBL3xCzLrjHhM0El05sVY+NjiJUsd1VDn2zdzCIjjGlvQ"
	"XUIRPa+LKQloIoS6qlKV5zDwqffrMk78dTCuuKGniolXSkeSQLfYdSMi2L"
	"l03SlxQF3/dHR5qqZvD81bbO5yM1OQytTRUT+ZHKC7aRsr/ZPVaYHhKqjm"
	"GdbrYQOlu6WeIM4A31ZqM1QhrGsmaqTf2+4bvFsQiiAbsF2jLZvH61U8Jl"
	"AgMBAAE=";

static const char bare_1024[] =
	"MIGJAoGBALmTXAwPPRKwMizDLu4PZbIBb5wLYFbdsVwZlk45FgXdo4+z9J"
	"jxTAZvFYXl/F7VosiKP8mnJigLq3IGphAFkcvlprWkAAZQnwwg0Vt/9KOG"
	"Y+6e0WvvOvtQC8by/03Y+r8NRFgoBBmGOfG/QUavzBLq1AC9wENl62Mohn"
	"csclqbAgMBAAE=";

static const char even_exponent[] =
	"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC5k1wMDz0SsDIswy7uD2"
	"WyAW+cC2BW3bFcGZZOORYF3aOPs/SY8UwGbxWF5fxe1aLIij/JpyYoC6ty"
	"BqYQBZHL5aa1pAAGUJ8MINFbf/SjhmPuntFr7zr7UAvG8v9N2Pq/DURYKA"
	"QZhjnxv0FGr8wS6tQAvcBDZetjKIZ3LHJamwIDAQAC";

static const char ec_256[] =
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEvfTy31byI78y3YCtl7cRJx"
	"KUaGm1T02rTta8FTKK9TEtN15BzNXb4628bPORo8uIjcdmtVmRWorQZtzK"
	"1zx3oA==";

/* 32 bytes, counted up. */
static const char ed25519[] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

#endif
