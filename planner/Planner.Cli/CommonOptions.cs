using System.CommandLine;
using System.CommandLine.Completions;
using Planner.Documents;
using Planner.Measurements;

namespace Planner.Cli;

/// <summary>The options that every verb takes.</summary>
internal sealed class CommonOptions(TextWriter output, TextWriter error, TextReader input, Drivers drivers)
{
    private readonly Option<OutputFormat> _format = Choices.Of(
        new Option<OutputFormat>("--output", "-o") { Description = "How results are printed: table for people, json for programs (JSON alone on stdout).", Recursive = true },
        ("table", OutputFormat.Table),
        ("json", OutputFormat.Json));

    private readonly Option<string[]> _policy = new("--policy")
    {
        Description = "A file with SLA policies, which may be repeated; without it the classes gold, silver and bronze are known.",
        HelpName = "FILE",
        Recursive = true,
    };

    private readonly Option<string?> _store = new("--store")
    {
        Description = "Where measurements are kept; without it planner/planner.db in the user's state directory.",
        HelpName = "PATH|postgres://…",
        Recursive = true,
    };

    private readonly Option<string?> _state = new("--state")
    {
        Description = "Where journals are kept and looked for; without it /var/lib/planner for root and services, planner in the user's state directory for others.",
        HelpName = "DIR",
        Recursive = true,
        CustomParser = result => result.Tokens[^1].Value is var directory && (directory.Trim().Length == 0 || directory.Contains('\0', StringComparison.Ordinal))
            ? RefuseText(result, $"--state is '{directory}'; a directory is expected.")
            : Path.GetFullPath(directory),
    };

    private readonly Option<Uri?> _otlp = new("--otlp")
    {
        Description = "An OpenTelemetry collector to send traces and metrics to, such as http://127.0.0.1:4318.",
        HelpName = "URL",
        Recursive = true,
        CustomParser = result => Uri.TryCreate(result.Tokens[^1].Value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : RefuseUri(result, $"--otlp is '{result.Tokens[^1].Value}'; an http or https URL is expected."),
    };

    /// <summary>What devices and hypervisors the command can reach.</summary>
    public Drivers Drivers => drivers;

    /// <summary>Whether the stack of an error is printed too.</summary>
    public Option<bool> Verbose { get; } = new("--verbose")
    {
        Description = "Print more: every step, and the origin of an error.",
        Recursive = true,
    };

    /// <summary>The option that names an SLA class.</summary>
    public Option<string> Sla()
    {
        var sla = new Option<string>("--sla") { Description = "The SLA class.", HelpName = "CLASS", Required = true };
        sla.CompletionSources.Add(context =>
        {
            try
            {
                return Bind(context.ParseResult).Policies().Select(p => new CompletionItem(p.Name));
            }
            catch (Exception e) when (e is CliException or DocumentException)
            {
                // Whoever runs the line is told; whoever completes it is not.
                return [];
            }
        });
        return sla;
    }

    /// <summary>Adds the options to the command.</summary>
    public void AddTo(RootCommand root)
    {
        root.Options.Add(_format);
        root.Options.Add(_policy);
        root.Options.Add(_store);
        root.Options.Add(_state);
        root.Options.Add(_otlp);
        root.Options.Add(Verbose);
    }

    /// <summary>Takes the values of one command line.</summary>
    public CommandContext Bind(ParseResult parsed) => new(
        output,
        error,
        input,
        drivers,
        parsed.GetValue(_format),
        parsed.GetValue(_policy) ?? [],
        parsed.GetValue(_store),
        parsed.GetValue(_state),
        parsed.GetValue(_otlp),
        parsed.GetValue(Verbose));

    private static string? RefuseText(System.CommandLine.Parsing.ArgumentResult result, string problem)
    {
        result.AddError(problem);
        return null;
    }

    private static Uri? RefuseUri(System.CommandLine.Parsing.ArgumentResult result, string problem)
    {
        result.AddError(problem);
        return null;
    }
}
