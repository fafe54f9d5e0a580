using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Planner.Measurements;

namespace Planner.Cli;

/// <summary>Options that <c>evaluate</c> and <c>replay</c> have in common.</summary>
internal static class EvaluationParsing
{
    /// <summary>Limits such as <c>300ms</c>, in seconds.</summary>
    public static Option<double[]> Limits(string description) => new("--limit")
    {
        Description = description,
        HelpName = "300ms",
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result => Parse(
            result,
            (string text, out double seconds) =>
            {
                var isDuration = UnitText.TryParseDuration(text, out var duration);
                seconds = duration.TotalSeconds;
                return isDuration && seconds is >= 0.001 and <= 2000;
            },
            text => $"--limit is '{text}'; a duration from 1ms to 2000s with its unit is expected, such as 300ms."),
    };

    /// <summary>Confidences such as <c>0.99</c>.</summary>
    public static Option<double[]> Confidences(string description) => new("--confidence")
    {
        Description = description,
        HelpName = "0.99",
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result => Parse(
            result,
            (string text, out double share) => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out share) && share is >= 0.5 and <= 0.9999,
            text => $"--confidence is '{text}'; a share from 0.5 to 0.9999 is expected, such as 0.99."),
    };

    /// <summary>A whole number between two ends.</summary>
    public static Option<int> Integer(string name, string description, int least, int most, int fallback)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[^1].Value, out var n) || n < least || n > most))
            {
                result.AddError($"{name} is '{result.Tokens[^1].Value}'; a whole number from {least} to {most} is expected.");
            }
        });
        return option;
    }

    private static double[] Parse(ArgumentResult result, TryParse<double> parse, Func<string, string> problem)
    {
        var values = new List<double>();
        foreach (var token in result.Tokens)
        {
            if (!parse(token.Value, out var value))
            {
                result.AddError(problem(token.Value));
                return [];
            }

            values.Add(value);
        }

        return [.. values];
    }
}
