using System.CommandLine;

namespace DurableMl.Cli.Commands;

/// <summary><c>completion</c>: a script for the shell, which then asks the command itself what can follow.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # In ~/.bashrc: eval "$(./durableml completion bash)"
        _durableml() {
          local IFS=$'\n' line=${COMP_LINE#* }
          COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$((COMP_POINT - ${#COMP_WORDS[0]} - 1))]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _durableml durableml ./durableml
        """;

    private const string Zsh = """
        # In ~/.zshrc: eval "$(./durableml completion zsh)"
        _durableml() {
          local -a found
          found=("${(@f)$("${words[1]}" "[suggest:$((CURSOR - ${#words[1]} - 1))]" "${words[2,-1]}" 2>/dev/null)}")
          compadd -- "${found[@]}"
        }
        compdef _durableml durableml ./durableml
        """;

    private const string Fish = """
        # In ~/.config/fish/config.fish: ./durableml completion fish | source
        complete -c durableml -f -a '(set -l line (string replace -r "^\S+ ?" "" (commandline -cp)); durableml "[suggest:"(string length -- $line)"]" $line 2>/dev/null)'
        """;

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command("completion", "Write the script that completes commands and options in a shell.") { shell };
        command.SetHandler(async (result, _) =>
        {
            await Console.Out.WriteLineAsync(Script(result.GetRequiredValue(shell)));
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>The script for a shell.</summary>
    internal static string Script(string shell) => shell switch { "bash" => Bash, "zsh" => Zsh, _ => Fish };
}
