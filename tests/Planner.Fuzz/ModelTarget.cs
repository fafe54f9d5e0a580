using System.Security.Cryptography;
using System.Text;
using Planner.Documents;
using Planner.Estimators;

namespace Planner.Fuzz;

/// <summary>The input is a model's text. If its first byte is a brace, it is only the JSON, and gets its right first line, which no
/// mutation would find. Every failure but a <see cref="ModelFormatException"/> is a finding, and so is a model that guesses what no decision takes.</summary>
internal static class ModelTarget
{
    private static readonly BlackoutFeatures[] Questions =
    [
        default,
        new BlackoutFeatures { DeviceCount = 4, StatedArcsSeconds = 0.1, StateBytes = 4e8, RamRemainingBytes = 1e8, DirtyShortBytesPerSecond = 1e8, DirtyLongBytesPerSecond = 1e7, BandwidthBytesPerSecond = 1e9, Phase = MigrationPhase.PreCopy },
        new BlackoutFeatures { DeviceCount = int.MaxValue, StatedArcsSeconds = double.NaN, StateBytes = double.PositiveInfinity, BandwidthBytesPerSecond = double.Epsilon, Phase = MigrationPhase.Throttled },
    ];

    /// <summary>Reads the model and asks it.</summary>
    /// <returns>What it guessed.</returns>
    public static string Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        try
        {
            var model = ColdStartModelText.Read(text.StartsWith('{') ? $"{ColdStartModelText.Kind} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}\n{text}" : text);
            var guesses = Questions.Select(q => model.Guess(q, 0.1)).ToList();
            foreach (var guess in guesses.OfType<ColdStartGuess>())
            {
                if (!(guess.P50Seconds is >= 1e-6 and <= 1e6 && (double.IsNaN(guess.BoundSeconds) || guess.BoundSeconds is >= 1e-6 and <= 1e6)))
                {
                    throw new InvalidOperationException($"The model guesses {guess}.");
                }
            }

            // What was read can be kept again, and is then the same.
            var written = ColdStartModelText.Write(model);
            if (ColdStartModelText.Write(ColdStartModelText.Read(written)) != written)
            {
                throw new InvalidOperationException("The model does not read back as the same one.");
            }

            return string.Join(", ", guesses.Select(g => g?.ToString() ?? "no guess"));
        }
        catch (ModelFormatException e)
        {
            return e.Message;
        }
    }
}
