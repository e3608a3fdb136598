/* completion.c - `completion`: what a shell needs to finish words for you. */
#include "cli/context.h"

#include <string.h>

/* Appends a summary as one shell word would take it: no quotes inside. */
static void
add_plain(struct buf *out, const char *text)
{
	for (const char *p = text; *p; p++)
		if (!strchr("'\"`$\\[]:\n", *p))
			buf_addc(out, *p);
}

static void
add_verbs(struct buf *out, struct str noun)
{
	bool first = true;

	for (size_t i = 0; i < cli_command_count(); i++) {
		const struct cli_command *command = cli_command_at(i);

		if (!command->verb || !str_eq(str_of(command->noun), noun))
			continue;
		buf_addf(out, "%s%s", first ? "" : " ", command->verb);
		first = false;
	}
}

/* Nouns and the commands of one word. */
static void
add_first_words(struct buf *out)
{
	for (size_t i = 0; i < cli_noun_count(); i++)
		buf_addf(out, "%s%s", i ? " " : "", cli_noun_at(i)->name);
	for (size_t i = 0; i < cli_command_count(); i++) {
		const struct cli_command *command = cli_command_at(i);

		if (!command->verb && !command->hidden)
			buf_addf(out, " %s", command->noun);
	}
}

static void
add_options(struct buf *out, const struct cli_command *command)
{
	const struct cli_option *o;

	for (size_t i = 0; (o = cli_option_at(command, i)); i++)
		buf_addf(out, "%s--%s", i ? " " : "", o->name);
}

/* "report query" or "version". */
static void
add_name(struct buf *out, const struct cli_command *command)
{
	buf_addf(out, "%s%s%s", command->noun, command->verb ? " " : "",
		 command->verb ? command->verb : "");
}

/* Options with known values, each name once: name|values. */
static void
each_choice(struct buf *out, const char *line)
{
	struct map *seen = map_new(256);

	for (size_t i = 0; i < cli_command_count(); i++) {
		const struct cli_command *command = cli_command_at(i);
		const struct cli_option *o;

		for (size_t k = 0; (o = cli_option_at(command, k)); k++) {
			SCOPED_BUF filled = BUF(8192);

			if (!o->choices || map_get(seen, str_of(o->name), NULL))
				continue;
			map_put(seen, str_of(o->name), 1);
			finding_fill(
				&filled, line,
				CLI_ARGS({ "name", str_of(o->name) },
					 { "values", str_of(o->choices) }));
			buf_add(out, buf_str(&filled));
			buf_addc(out, '\n');
		}
	}
	map_free(seen);
}

/* Options whose value is a file or directory: --data|--config. */
static void
add_path_options(struct buf *out, enum cli_type type, const char *between)
{
	struct map *seen = map_new(256);
	bool first = true;

	for (size_t i = 0; i < cli_command_count(); i++) {
		const struct cli_command *command = cli_command_at(i);
		const struct cli_option *o;

		for (size_t k = 0; (o = cli_option_at(command, k)); k++) {
			if (o->type != type ||
			    map_get(seen, str_of(o->name), NULL))
				continue;
			map_put(seen, str_of(o->name), 1);
			buf_addf(out, "%s--%s", first ? "" : between, o->name);
			first = false;
		}
	}
	map_free(seen);
}

static void
bash_commands(struct buf *out)
{
	for (size_t i = 0; i < cli_command_count(); i++) {
		const struct cli_command *command = cli_command_at(i);

		if (command->hidden)
			continue;
		buf_addz(out, "\t'");
		add_name(out, command);
		buf_addz(out, "') options='");
		add_options(out, command);
		buf_addf(out, "'; words='%s'; files=%d ;;\n",
			 command->words ? command->words : "",
			 command->operands && command->operand == CLI_FILE);
	}
}

static void
write_bash(struct buf *out)
{
	buf_addz(out,
		 "# bash completion of waxseal\n"
		 "_waxseal()\n{\n"
		 "\tlocal current=${COMP_WORDS[COMP_CWORD]}\n"
		 "\tlocal before=${COMP_WORDS[COMP_CWORD-1]}\n"
		 "\tlocal noun= verb= options= words= files=0 i\n"
		 "\tCOMPREPLY=()\n"
		 "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
		 "\t\t[[ ${COMP_WORDS[i]} == -* ]] && continue\n"
		 "\t\tif [[ -z $noun ]]; then noun=${COMP_WORDS[i]}\n"
		 "\t\telif [[ -z $verb ]]; then verb=${COMP_WORDS[i]}; fi\n"
		 "\tdone\n"
		 "\tcase $before in\n");
	each_choice(out, "\t--{name}) COMPREPLY=($(compgen -W '{values}' -- "
			 "\"$current\")); return ;;");
	buf_addc(out, '\t');
	add_path_options(out, CLI_DIR, "|");
	buf_addz(out, ") COMPREPLY=($(compgen -d -- \"$current\")); return ;;\n"
		      "\t");
	add_path_options(out, CLI_FILE, "|");
	buf_addz(out, ") COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n"
		      "\tesac\n\tcase $noun in\n\t'') words='");
	add_first_words(out);
	buf_addz(out, "' ;;\n");
	for (size_t i = 0; i < cli_noun_count(); i++) {
		const char *noun = cli_noun_at(i)->name;

		buf_addf(out, "\t%s) [[ -z $verb ]] && words='", noun);
		add_verbs(out, str_of(noun));
		buf_addz(out, "' ;;\n");
	}
	buf_addz(out, "\t*) verb= ;;\n\tesac\n"
		      "\tcase \"$noun${verb:+ $verb}\" in\n");
	bash_commands(out);
	buf_addz(out, "\tesac\n"
		      "\tif [[ $current == -* ]]; then words=$options; fi\n"
		      "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
		      "\tif [[ $files == 1 && $current != -* ]]; then\n"
		      "\t\tCOMPREPLY+=($(compgen -f -- \"$current\"))\n\tfi\n"
		      "}\n"
		      "complete -o filenames -F _waxseal waxseal\n");
}

static void
zsh_option(const struct cli *c, struct buf *out, const struct cli_option *o)
{
	buf_addf(out, "\t\t'%s--%s", o->many ? "*" : "", o->name);
	if (o->type != CLI_FLAG)
		buf_addc(out, '=');
	buf_addc(out, '[');
	add_plain(out, cli_word(c, o->help));
	buf_addc(out, ']');
	if (o->choices)
		buf_addf(out, ":%s:(%s)", o->value, o->choices);
	else if (o->type == CLI_FILE)
		buf_addf(out, ":%s:_files", o->value);
	else if (o->type == CLI_DIR)
		buf_addf(out, ":%s:_files -/", o->value);
	else if (o->type != CLI_FLAG)
		buf_addf(out, ":%s:", o->value);
	buf_addz(out, "' \\\n");
}

static void
zsh_command(const struct cli *c, struct buf *out,
	    const struct cli_command *command)
{
	const struct cli_option *o;

	buf_addz(out, "\t'");
	add_name(out, command);
	buf_addz(out, "') _arguments \\\n");
	for (size_t i = 0; (o = cli_option_at(command, i)); i++)
		zsh_option(c, out, o);
	if (command->words)
		buf_addf(out, "\t\t'*:word:(%s)' ;;\n", command->words);
	else
		buf_addf(out, "\t\t'*:word:%s' ;;\n",
			 command->operands && command->operand == CLI_FILE
				 ? "_files"
				 : "");
}

static void
write_zsh(const struct cli *c, struct buf *out)
{
	buf_addz(out, "#compdef waxseal\n"
		      "_waxseal()\n{\n"
		      "\tlocal noun=${words[2]} verb=${words[3]} skip=2\n"
		      "\tif (( CURRENT == 2 )); then\n\t\tcompadd -- ");
	add_first_words(out);
	buf_addz(out, "\n\t\treturn\n\tfi\n\tcase $noun in\n");
	for (size_t i = 0; i < cli_noun_count(); i++) {
		const char *noun = cli_noun_at(i)->name;

		buf_addf(out,
			 "\t%s)\n\t\tif (( CURRENT == 3 )); then\n"
			 "\t\t\tcompadd -- ",
			 noun);
		add_verbs(out, str_of(noun));
		buf_addz(out, "\n\t\t\treturn\n\t\tfi\n\t\tskip=3 ;;\n");
	}
	buf_addz(out, "\t*) verb= ;;\n\tesac\n"
		      "\t(( CURRENT -= skip - 1 ))\n"
		      "\tshift $(( skip - 1 )) words\n"
		      "\tcase \"$noun${verb:+ $verb}\" in\n");
	for (size_t i = 0; i < cli_command_count(); i++)
		if (!cli_command_at(i)->hidden)
			zsh_command(c, out, cli_command_at(i));
	buf_addz(out, "\tesac\n}\n"
		      "if [[ $zsh_eval_context[-1] == loadautofunc ]]; then\n"
		      "\t_waxseal \"$@\"\nelse\n"
		      "\tcompdef _waxseal waxseal\nfi\n");
}

/* The condition that this command has been typed. */
static void
fish_when(struct buf *out, const struct cli_command *command)
{
	buf_addf(out, "complete -c waxseal -n '__fish_seen_subcommand_from %s",
		 command->noun);
	if (command->verb)
		buf_addf(out, "; and __fish_seen_subcommand_from %s",
			 command->verb);
	buf_addc(out, '\'');
}

static void
fish_command(const struct cli *c, struct buf *out,
	     const struct cli_command *command)
{
	const struct cli_option *o;

	if (command->verb) {
		buf_addf(out,
			 "complete -c waxseal -f -n "
			 "'__fish_seen_subcommand_from %s; and test (count "
			 "(commandline -opc)) -eq 2' -a %s -d '",
			 command->noun, command->verb);
		add_plain(out, cli_word(c, command->summary));
		buf_addz(out, "'\n");
	}
	for (size_t i = 0; (o = cli_option_at(command, i)); i++) {
		fish_when(out, command);
		buf_addf(out, " -l %s", o->name);
		if (o->letter)
			buf_addf(out, " -s %c", o->letter);
		if (o->type == CLI_FILE || o->type == CLI_DIR)
			buf_addz(out, " -r -F");
		else if (o->choices)
			buf_addf(out, " -x -a '%s'", o->choices);
		else if (o->type != CLI_FLAG)
			buf_addz(out, " -x");
		buf_addz(out, " -d '");
		add_plain(out, cli_word(c, o->help));
		buf_addz(out, "'\n");
	}
	if (command->words) {
		fish_when(out, command);
		buf_addf(out, " -f -a '%s'\n", command->words);
	}
}

static void
write_fish(const struct cli *c, struct buf *out)
{
	buf_addz(out, "# fish completion of waxseal\n"
		      "complete -c waxseal -f -n __fish_use_subcommand -a '");
	add_first_words(out);
	buf_addz(out, "'\n");
	for (size_t i = 0; i < cli_command_count(); i++)
		if (!cli_command_at(i)->hidden)
			fish_command(c, out, cli_command_at(i));
}

static void
powershell_table(struct buf *out)
{
	buf_addz(out, "\t\t'' = '");
	add_first_words(out);
	buf_addz(out, "'\n");
	for (size_t i = 0; i < cli_noun_count(); i++) {
		buf_addf(out, "\t\t'%s' = '", cli_noun_at(i)->name);
		add_verbs(out, str_of(cli_noun_at(i)->name));
		buf_addz(out, "'\n");
	}
	for (size_t i = 0; i < cli_command_count(); i++) {
		const struct cli_command *command = cli_command_at(i);

		if (command->hidden)
			continue;
		buf_addz(out, "\t\t'");
		add_name(out, command);
		buf_addz(out, "' = '");
		if (command->words)
			buf_addf(out, "%s ", command->words);
		add_options(out, command);
		buf_addz(out, "'\n");
	}
}

static void
write_powershell(struct buf *out)
{
	buf_addz(out, "# PowerShell completion of waxseal\n"
		      "Register-ArgumentCompleter -Native -CommandName waxseal "
		      "-ScriptBlock {\n"
		      "\tparam($word, $ast, $position)\n"
		      "\t$values = @{\n");
	each_choice(out, "\t\t'--{name}' = '{values}'");
	buf_addz(out, "\t}\n\t$words = @{\n");
	powershell_table(out);
	buf_addz(out,
		 "\t}\n"
		 "\t$typed = @($ast.CommandElements | Select-Object -Skip "
		 "1 | ForEach-Object { \"$_\" })\n"
		 "\tif ($word) { $typed = @($typed | Select-Object "
		 "-SkipLast 1) }\n"
		 "\t$last = if ($typed.Count) { $typed[-1] } else { '' }\n"
		 "\t$names = @($typed | Where-Object { $_ -notlike '-*' })\n"
		 "\t$path = ($names | Select-Object -First 2) -join ' '\n"
		 "\tif (-not $words.ContainsKey($path)) { $path = "
		 "\"$($names | Select-Object -First 1)\" }\n"
		 "\t$offer = if ($values.ContainsKey($last)) { "
		 "$values[$last] } else { $words[$path] }\n"
		 "\t\"$offer\" -split ' ' | Where-Object { $_ -like "
		 "\"$word*\" } | ForEach-Object {\n"
		 "\t\t[System.Management.Automation.CompletionResult]::new("
		 "$_, $_, 'ParameterValue', $_)\n"
		 "\t}\n}\n");
}

int
cli_completion(struct cli *c)
{
	struct str shell = str_of(c->args.operand[0]);

	if (str_eq(shell, S("bash")))
		write_bash(&c->out);
	else if (str_eq(shell, S("zsh")))
		write_zsh(c, &c->out);
	else if (str_eq(shell, S("fish")))
		write_fish(c, &c->out);
	else if (str_eq(shell, S("powershell")))
		write_powershell(&c->out);
	else {
		cli_complain(c, "cli.completion.shell",
			     CLI_ARGS({ "word", shell }));
		return CLI_MISUSE;
	}
	return CLI_FINE;
}
