using Planner.Estimators;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>Asks a learned model about a snapshot.</summary>
internal sealed class FirstGuesser(ColdStartModel model, string title, double? confidence)
{
    /// <summary>What the model guesses; null where it was not trained.</summary>
    public FirstGuess? Guess(DecisionSnapshot snapshot)
    {
        var asked = confidence ?? SlaTerms.DefaultConfidence;
        return model.Guess(SnapshotFeatures.Read(snapshot), Math.Round(1 - asked, 12)) switch
        {
            null => null,
            { BoundSeconds: var bound } guess when double.IsFinite(bound) => new FirstGuess(guess.P50Seconds, title, bound, asked),
            { } guess => new FirstGuess(guess.P50Seconds, title),
        };
    }
}
