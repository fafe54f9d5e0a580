using System.CommandLine;

namespace Planner.Cli;

/// <summary><c>planner completion bash</c>: prints the script that makes the shell complete verbs and options.</summary>
internal static class CompletionCommand
{
    private const string Bash =
        """
        # bash completion for planner; load it with: source <(planner completion bash)
        _planner_complete() {
            local words
            words=$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null) || return
            mapfile -t COMPREPLY < <(compgen -W "$words" -- "${COMP_WORDS[COMP_CWORD]}")
        }
        complete -o default -F _planner_complete planner
        """;

    public static Command Create(CommonOptions common)
    {
        var shell = new Argument<string>("shell") { Description = "The shell: bash." };
        shell.CompletionSources.Add("bash");
        shell.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: not "bash" } other])
            {
                result.AddError($"there is no completion for '{other.Value}'; bash is expected.");
            }
        });
        var command = new Command("completion", "Print the completion script of a shell.") { shell };
        command.SetAction(parsed => common.Bind(parsed).Output.WriteLine(Bash));
        return command;
    }
}
