using Planner.Estimators;
using Planner.Policies;

namespace Planner.Engine;

/// <summary>Asks a learned model about a snapshot.</summary>
internal sealed class FirstGuesser(ColdStartModel model, string title, double allowedMisses)
{
    /// <summary>What the model guesses; null where it was not trained.</summary>
    public FirstGuess? Guess(DecisionSnapshot snapshot) => model.Guess(SnapshotFeatures.Read(snapshot), allowedMisses) switch
    {
        null => null,
        { BoundSeconds: var bound } guess when double.IsFinite(bound) => new FirstGuess(guess.P50Seconds, title, bound, 1 - allowedMisses),
        { } guess => new FirstGuess(guess.P50Seconds, title),
    };
}
