"""A script for your shell that completes verbs, options, services and environments. For bash in ~/.bashrc:
eval "$(shoal completion bash)". For zsh in ~/.zshrc, after compinit: eval "$(shoal completion zsh)". For fish:
shoal completion fish > ~/.config/fish/completions/shoal.fish"""

from __future__ import annotations

from argparse import REMAINDER, SUPPRESS, ArgumentParser, Namespace

from shoal.cli.output import data
from shoal.errors import UsageError

EXAMPLE = 'eval "$(shoal completion bash)"'

# Where nothing of ours fits, the shell goes on with the names of files.
BASH = """\
_shoal() {
    local IFS=$'\\n'
    COMPREPLY=($(compgen -W "$(shoal completion --complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" \\
        -- "${COMP_WORDS[COMP_CWORD]}"))
    if [ "${#COMPREPLY[@]}" = 1 ] && [[ ${COMPREPLY[0]} == *[=:] ]]; then compopt -o nospace; fi
}
complete -o default -F _shoal shoal"""

ZSH = """\
_shoal() {
    local -a found
    found=("${(@f)$(shoal completion --complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ -n ${found[1]} ]]; then compadd -S '' -q -- ${(M)found:#*[=:]}; compadd -- ${found:#*[=:]}; else _files; fi
}
compdef _shoal shoal"""

FISH = """\
function __shoal_complete
    set -l words (commandline -opc) (commandline -ct)
    shoal completion --complete $words[2..-1] 2>/dev/null
end
complete -c shoal -a '(__shoal_complete)'"""

SCRIPTS = {"bash": BASH, "zsh": ZSH, "fish": FISH}


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("shell", nargs="?", choices=SCRIPTS, metavar="bash|zsh|fish")
    parser.add_argument("--complete", nargs=REMAINDER, help=SUPPRESS)


def run(options: Namespace) -> int:
    if options.complete is not None:
        from shoal.cli.completing import candidates

        for word in candidates(options.complete):
            data(word)
        return 0
    if not options.shell:
        raise UsageError("completion: for which shell?", hint="For example: shoal completion bash")
    data(SCRIPTS[options.shell])
    return 0
