using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Planner.Documents;

namespace Planner.Cli;

/// <summary>The options that <c>evaluate</c> and <c>replay</c> share.</summary>
internal static class EvaluationOptions
{
    private const double ShortestSeconds = 0.001;
    private const double LongestSeconds = 2000;
    private const double LowestConfidence = 0.5;
    private const double HighestConfidence = 0.9999;

    /// <summary>One limit.</summary>
    public static Option<double> Limit(string description) => new("--limit")
    {
        Description = description,
        HelpName = "300ms",
        Required = true,
        CustomParser = result => Limit(result, result.Tokens[^1].Value),
    };

    /// <summary>One limit or several.</summary>
    public static Option<double[]> Limits(string description) => new("--limit")
    {
        Description = description,
        HelpName = "300ms",
        CustomParser = result => [.. result.Tokens.Select(t => Limit(result, t.Value))],
    };

    /// <summary>A confidence, null where none is stated.</summary>
    public static Option<double?> Confidence(string description) => new("--confidence")
    {
        Description = description,
        HelpName = "0.99",
        CustomParser = result => Confidence(result, result.Tokens[^1].Value),
    };

    /// <summary>One confidence or several.</summary>
    public static Option<double[]> Confidences(string description) => new("--confidence")
    {
        Description = description,
        HelpName = "0.99",
        CustomParser = result => [.. result.Tokens.Select(t => Confidence(result, t.Value) ?? double.NaN)],
    };

    /// <summary>One rule or several.</summary>
    /// <param name="description">What it is for.</param>
    /// <param name="known">The rules that there are.</param>
    public static Option<string[]> Rules(string description, IReadOnlyList<string> known) =>
        OfKnown(new Option<string[]>("--rule") { Description = description, HelpName = "NAME" }, known);

    /// <summary>One rule.</summary>
    /// <param name="description">What it is for.</param>
    /// <param name="known">The rules that there are.</param>
    public static Option<string> Rule(string description, IReadOnlyList<string> known) =>
        OfKnown(new Option<string>("--rule") { Description = description, HelpName = "RULE", Required = true }, known);

    /// <summary>A whole number within a range.</summary>
    public static Option<int> Count(string name, string description, int most, int usual)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[^1].Value, CultureInfo.InvariantCulture, out var n) || n < 1 || n > most))
            {
                result.AddError($"{name} is '{result.Tokens[^1].Value}'; a whole number from 1 to {most} is expected.");
            }
        });
        return option;
    }

    private static Option<T> OfKnown<T>(Option<T> option, IReadOnlyList<string> known)
    {
        option.CompletionSources.Add([.. known]);
        option.Validators.Add(result =>
        {
            if (result.Tokens.FirstOrDefault(t => !known.Contains(t.Value)) is { } unknown)
            {
                result.AddError($"there is no rule '{unknown.Value}'; known are {string.Join(", ", known)}.");
            }
        });
        return option;
    }

    private static double Limit(ArgumentResult result, string text)
    {
        if (UnitText.TryParseDuration(text, out var limit) && limit.TotalSeconds is >= ShortestSeconds and <= LongestSeconds)
        {
            return limit.TotalSeconds;
        }

        result.AddError($"--limit is '{text}'; a time with its unit (ns, us, ms, s, m, h or d) from 1ms to 2000s is expected, such as 300ms.");
        return double.NaN;
    }

    private static double? Confidence(ArgumentResult result, string text)
    {
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var confidence) && confidence is >= LowestConfidence and <= HighestConfidence)
        {
            return confidence;
        }

        result.AddError($"--confidence is '{text}'; a share from 0.5 to 0.9999 is expected, such as 0.99.");
        return null;
    }
}
