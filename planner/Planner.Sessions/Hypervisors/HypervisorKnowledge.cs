using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>What is known and promised before a machine's migration: for those who drive one, and for those who only watch.</summary>
public static class HypervisorKnowledge
{
    /// <summary>Recalls what earlier migrations of a class showed.</summary>
    /// <param name="machineClass">The class.</param>
    /// <param name="slaClass">The SLA class, whose blackouts count.</param>
    /// <param name="store">The store; null for none.</param>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public static HypervisorEvidence Recall(string machineClass, string slaClass, IMeasurementStore? store)
    {
        var evidence = new HypervisorEvidence(machineClass);
        if (store is not null)
        {
            evidence.Recall(new MeasurementBatch
            {
                Arcs = store.ReadArcs(machineClass, HypervisorEvidence.Window),
                Transfers =
                [
                    .. store.ReadTransfers(evidence.Link, TransferPhase.PreCopy, HypervisorEvidence.Window),
                    .. store.ReadTransfers(evidence.Link, TransferPhase.StopCopy, HypervisorEvidence.Window),
                ],
                StateSizes = store.ReadStateSizes(machineClass, HypervisorEvidence.Window),
                Blackouts = store.ReadBlackouts(machineClass, slaClass, BlackoutSpan.Whole, HypervisorEvidence.Window),
            });
        }

        return evidence;
    }

    /// <summary>The promise as a decision reads it, with nothing elapsed.</summary>
    /// <param name="policy">The SLA class.</param>
    /// <param name="offer">The machine.</param>
    /// <param name="errorBudgetRemaining">What the error budget still allows; null for no budget.</param>
    public static SlaTerms Terms(SlaPolicy policy, HypervisorOffer offer, TimeSpan? errorBudgetRemaining) => new()
    {
        Class = policy.Name,
        BlackoutLimitSeconds = policy.BlackoutLimit.TotalSeconds,
        Confidence = policy.Confidence,
        WhenEvidenceIsInsufficient = policy.WhenEvidenceIsInsufficient,
        CompleteWithinSeconds = policy.CompleteWithin?.TotalSeconds,
        ErrorBudgetRemainingSeconds = errorBudgetRemaining?.TotalSeconds,
        DirtyRateFloorBytesPerSecond = offer.OffersThrottle ? policy.DirtyRateFloorBytesPerSecond : null,
    };

    /// <summary>The name of the switchover rule that a class asks for.</summary>
    public static string Rule(SlaPolicy policy) => policy.Rule == SwitchoverRule.Calmest ? "calmest" : "earliest";
}
