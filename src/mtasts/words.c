/* words.c - what translated articles made of the keys and values of a policy,
 * and full-width letters. */
#include "base/base.h"
#include "mtasts/mtasts.h"
#include "mtasts/private.h"

#include <string.h>

struct word {
	const char *text;
	int meaning;
};

/* Norwegian, Danish, Swedish, Finnish, Japanese, Chinese, Korean, German,
 * Dutch, French, Spanish, Italian, Portuguese, Polish, Czech, Russian,
 * Turkish; as machine translation of the English words gives them. */
static const struct word keys[] = {
	{ "versjon", MTASTS_KEY_VERSION },
	{ "utgave", MTASTS_KEY_VERSION },
	{ "バージョン", MTASTS_KEY_VERSION },
	{ "版", MTASTS_KEY_VERSION },
	{ "版本", MTASTS_KEY_VERSION },
	{ "버전", MTASTS_KEY_VERSION },
	{ "versie", MTASTS_KEY_VERSION },
	{ "versión", MTASTS_KEY_VERSION },
	{ "versione", MTASTS_KEY_VERSION },
	{ "versão", MTASTS_KEY_VERSION },
	{ "versio", MTASTS_KEY_VERSION },
	{ "wersja", MTASTS_KEY_VERSION },
	{ "verze", MTASTS_KEY_VERSION },
	{ "версия", MTASTS_KEY_VERSION },
	{ "sürüm", MTASTS_KEY_VERSION },
	{ "modus", MTASTS_KEY_MODE },
	{ "tilstand", MTASTS_KEY_MODE },
	{ "läge", MTASTS_KEY_MODE },
	{ "tila", MTASTS_KEY_MODE },
	{ "モード", MTASTS_KEY_MODE },
	{ "模式", MTASTS_KEY_MODE },
	{ "모드", MTASTS_KEY_MODE },
	{ "modo", MTASTS_KEY_MODE },
	{ "modalità", MTASTS_KEY_MODE },
	{ "tryb", MTASTS_KEY_MODE },
	{ "režim", MTASTS_KEY_MODE },
	{ "режим", MTASTS_KEY_MODE },
	{ "mod", MTASTS_KEY_MODE },
	{ "maks alder", MTASTS_KEY_AGE },
	{ "maks_alder", MTASTS_KEY_AGE },
	{ "maks-alder", MTASTS_KEY_AGE },
	{ "maksalder", MTASTS_KEY_AGE },
	{ "maksimal alder", MTASTS_KEY_AGE },
	{ "maks. alder", MTASTS_KEY_AGE },
	{ "max_alder", MTASTS_KEY_AGE },
	{ "maxålder", MTASTS_KEY_AGE },
	{ "最大有効期間", MTASTS_KEY_AGE },
	{ "最大有効期限", MTASTS_KEY_AGE },
	{ "最大経過時間", MTASTS_KEY_AGE },
	{ "最大年齢", MTASTS_KEY_AGE },
	{ "最大期間", MTASTS_KEY_AGE },
	{ "有効期間", MTASTS_KEY_AGE },
	{ "有効期限", MTASTS_KEY_AGE },
	{ "最大寿命", MTASTS_KEY_AGE },
	{ "最大年龄", MTASTS_KEY_AGE },
	{ "最长有效期", MTASTS_KEY_AGE },
	{ "최대 수명", MTASTS_KEY_AGE },
	{ "최대 기간", MTASTS_KEY_AGE },
	{ "maximales alter", MTASTS_KEY_AGE },
	{ "max_alter", MTASTS_KEY_AGE },
	{ "maximale leeftijd", MTASTS_KEY_AGE },
	{ "âge maximal", MTASTS_KEY_AGE },
	{ "âge_max", MTASTS_KEY_AGE },
	{ "edad máxima", MTASTS_KEY_AGE },
	{ "edad_máxima", MTASTS_KEY_AGE },
	{ "età massima", MTASTS_KEY_AGE },
	{ "idade máxima", MTASTS_KEY_AGE },
	{ "idade_máxima", MTASTS_KEY_AGE },
	{ "maksymalny wiek", MTASTS_KEY_AGE },
	{ "максимальный возраст", MTASTS_KEY_AGE },
	{ "メールサーバー", MTASTS_KEY_MX },
	{ "メール交換", MTASTS_KEY_MX },
	{ "e-postserver", MTASTS_KEY_MX },
};

static const struct word slips[] = {
	{ "version", MTASTS_KEY_VERSION }, { "v", MTASTS_KEY_VERSION },
	{ "ver", MTASTS_KEY_VERSION },     { "mode", MTASTS_KEY_MODE },
	{ "max_age", MTASTS_KEY_AGE },     { "max-age", MTASTS_KEY_AGE },
	{ "max age", MTASTS_KEY_AGE },     { "maxage", MTASTS_KEY_AGE },
	{ "mx", MTASTS_KEY_MX },           { "nmx", MTASTS_KEY_MX },
	{ "mxs", MTASTS_KEY_MX },          { "mx_host", MTASTS_KEY_MX },
	{ "mx-host", MTASTS_KEY_MX },
};

static const struct word modes[] = {
	{ "test", MTASTS_TESTING },
	{ "testmodus", MTASTS_TESTING },
	{ "testes", MTASTS_TESTING },
	{ "テスト", MTASTS_TESTING },
	{ "テスト中", MTASTS_TESTING },
	{ "试", MTASTS_TESTING },
	{ "测试", MTASTS_TESTING },
	{ "測試", MTASTS_TESTING },
	{ "테스트", MTASTS_TESTING },
	{ "testen", MTASTS_TESTING },
	{ "prueba", MTASTS_TESTING },
	{ "pruebas", MTASTS_TESTING },
	{ "prova", MTASTS_TESTING },
	{ "teste", MTASTS_TESTING },
	{ "тестирование", MTASTS_TESTING },
	{ "håndheve", MTASTS_ENFORCE },
	{ "håndhev", MTASTS_ENFORCE },
	{ "håndhevet", MTASTS_ENFORCE },
	{ "tving", MTASTS_ENFORCE },
	{ "tvinge", MTASTS_ENFORCE },
	{ "強制", MTASTS_ENFORCE },
	{ "強制する", MTASTS_ENFORCE },
	{ "施行", MTASTS_ENFORCE },
	{ "適用", MTASTS_ENFORCE },
	{ "实施", MTASTS_ENFORCE },
	{ "强制", MTASTS_ENFORCE },
	{ "強制執行", MTASTS_ENFORCE },
	{ "강제", MTASTS_ENFORCE },
	{ "적용", MTASTS_ENFORCE },
	{ "erzwingen", MTASTS_ENFORCE },
	{ "durchsetzen", MTASTS_ENFORCE },
	{ "afdwingen", MTASTS_ENFORCE },
	{ "appliquer", MTASTS_ENFORCE },
	{ "aplicar", MTASTS_ENFORCE },
	{ "forzar", MTASTS_ENFORCE },
	{ "imporre", MTASTS_ENFORCE },
	{ "применять", MTASTS_ENFORCE },
	{ "ingen", MTASTS_OFF },
	{ "なし", MTASTS_OFF },
	{ "無し", MTASTS_OFF },
	{ "無", MTASTS_OFF },
	{ "无", MTASTS_OFF },
	{ "없음", MTASTS_OFF },
	{ "keine", MTASTS_OFF },
	{ "keiner", MTASTS_OFF },
	{ "geen", MTASTS_OFF },
	{ "aucun", MTASTS_OFF },
	{ "ninguno", MTASTS_OFF },
	{ "nessuno", MTASTS_OFF },
	{ "nenhum", MTASTS_OFF },
	{ "нет", MTASTS_OFF },
};

static const struct word mode_slips[] = {
	{ "enforce", MTASTS_ENFORCE },   { "enforced", MTASTS_ENFORCE },
	{ "enforcing", MTASTS_ENFORCE }, { "testing", MTASTS_TESTING },
	{ "report", MTASTS_TESTING },    { "none", MTASTS_OFF },
	{ "off", MTASTS_OFF },
};

static int
find(const struct word *words, size_t n, struct str word, int otherwise)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_fold(word, str_of(words[i].text)))
			return words[i].meaning;
	return otherwise;
}

enum mtasts_key
mtasts_key_exact(struct str word)
{
	static const char *const names[MTASTS_KEYS] = { "version", "mode",
							"max_age", "mx" };
	int key = 0;

	while (key < MTASTS_KEYS && !str_eq(word, str_of(names[key])))
		key++;
	return (enum mtasts_key)key;
}

enum mtasts_key
mtasts_key_translated(struct str word)
{
	return (enum mtasts_key)find(keys, COUNT_OF(keys), word, MTASTS_KEYS);
}

enum mtasts_key
mtasts_key_near(struct str word)
{
	return (enum mtasts_key)find(slips, COUNT_OF(slips), word, MTASTS_KEYS);
}

enum mtasts_mode
mtasts_mode_exact(struct str word)
{
	static const enum mtasts_mode all[] = { MTASTS_OFF, MTASTS_TESTING,
						MTASTS_ENFORCE };

	for (size_t i = 0; i < COUNT_OF(all); i++)
		if (str_eq(word, str_of(mtasts_mode_name(all[i]))))
			return all[i];
	return MTASTS_NO_MODE;
}

enum mtasts_mode
mtasts_mode_translated(struct str word)
{
	return (enum mtasts_mode)find(modes, COUNT_OF(modes), word,
				      MTASTS_NO_MODE);
}

enum mtasts_mode
mtasts_mode_near(struct str word)
{
	return (enum mtasts_mode)find(mode_slips, COUNT_OF(mode_slips), word,
				      MTASTS_NO_MODE);
}

bool
mtasts_path_translated(struct str s)
{
	static const char *const paths[] = { "/.kjent/",        "/.velkjent/",
					     "/.well-kjent/",   "/.既知/",
					     "/.よく知られた/", "/.周知/" };

	for (size_t i = 0; i < COUNT_OF(paths); i++)
		if (str_find(s, str_of(paths[i])) != SIZE_MAX)
			return true;
	return false;
}

/* ---- full-width letters ---- */

/* The ASCII twin of a character, 0 when it has none. */
static char
twin(uint32_t code)
{
	if (code >= 0xFF01 && code <= 0xFF5E)
		return (char)(code - 0xFF01 + '!');
	return code == 0x3000 ? ' ' : 0;
}

bool
mtasts_has_wide(struct str s)
{
	while (s.n > 0) {
		uint32_t code = 0;
		size_t n = str_utf8_get(s, &code);

		if (n > 0 && twin(code))
			return true;
		s = str_sub(s, n > 0 ? n : 1, s.n);
	}
	return false;
}

bool
mtasts_narrow(struct str s, struct arena *mem, struct str *out)
{
	char *p = arena_array(mem, s.n + 1, 1);
	size_t filled = 0;

	if (!p)
		return false;
	while (s.n > 0) {
		uint32_t code = 0;
		size_t n = str_utf8_get(s, &code);
		char ascii = n > 0 ? twin(code) : 0;

		n = n > 0 ? n : 1;
		if (ascii)
			p[filled++] = ascii;
		else
			memcpy(p + filled, s.p, n);
		filled += ascii ? 0 : n;
		s = str_sub(s, n, s.n);
	}
	*out = (struct str){ p, filled };
	return true;
}
