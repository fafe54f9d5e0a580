using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Planner.Cli;

/// <summary>Options whose values are few words or numbers: what may be written, completed and said of a wrong one stands in one place.</summary>
internal static class Choices
{
    /// <summary>Makes the option take one of a few words.</summary>
    public static Option<T> Of<T>(Option<T> option, params (string Word, T Value)[] choices)
    {
        string[] words = [.. choices.Select(c => c.Word)];
        option.HelpName = string.Join('|', words);
        option.CustomParser = result =>
        {
            var text = result.Tokens[^1].Value;
            if (!words.Contains(text))
            {
                result.AddError($"{option.Name} is '{text}'; {OneOf(words)} is expected.");
            }

            return choices.FirstOrDefault(c => c.Word == text).Value;
        };

        // An enum would offer its own names.
        option.CompletionSources.Clear();
        option.CompletionSources.Add(words);
        return option;
    }

    /// <summary>The option of a seed.</summary>
    public static Option<ulong> Seed(string description) => new("--seed")
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => 1,
        CustomParser = result => Number(result, "--seed"),
    };

    private static string OneOf(string[] words) => words.Length > 1 ? $"{string.Join(", ", words[..^1])} or {words[^1]}" : words[0];

    private static ulong Number(ArgumentResult result, string name)
    {
        if (!ulong.TryParse(result.Tokens[^1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            result.AddError($"{name} is '{result.Tokens[^1].Value}'; a whole number from 0 to {ulong.MaxValue} is expected.");
        }

        return number;
    }
}
