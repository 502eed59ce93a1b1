

#include "feature/language.h"

#include "base/test.h"

static void guesses(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{"", ""},
		{"viagra cialis levitra", ""},
		{"Dear customer, your account has been limited. Please follow the link to confirm that you are the owner.", "en"},
		{"Sehr geehrter Kunde, wir haben Ihr Konto gesperrt und bitten Sie, sich mit der Bank in Verbindung zu setzen. Das ist nicht gut.",
			"de"},
		{"Sehr geehrter Kunde, Ihre pushTAN läuft ab. Bitte bestätigen Sie Ihre Daten.", "de"},
		{"Cher client, votre compte est suspendu. Vous devez nous envoyer les documents pour une vérification dans ce délai.",
			"fr"},
		{"Estimado cliente, su cuenta ha sido bloqueada por el banco. Haga clic en el enlace para que se active con los datos.",
			"es"},
		{"Уважаемый клиент, ваш счёт заблокирован.", "ru"},
		{"お客様のアカウントは停止されました", "ja"},
		{"您的帐户已被暂停，请点击链接", "zh"},
		{"고객님의 계정이 정지되었습니다", "ko"},
		{"\xff\xfe\x80 the and", ""},
		/* words of 8 bytes and more; a word at the very end */
		{"whichever account andthethe thetheand togetherandthe yesterday withfromwithfrom", ""},
		{"Your invoice is in the attachment for you and", "en"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct str got = language_guess(str_of(cases[i].text));
		if (!str_eq(got, str_of(cases[i].want)))
			fail_msg("case %zu: got \"%.*s\", want \"%s\"", i, STR_FMT(got), cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(guesses)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
