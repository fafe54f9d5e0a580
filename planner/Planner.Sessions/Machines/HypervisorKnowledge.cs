using Planner.Engine;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>What is known and promised before a machine's migration: for those who drive one, and for those who only watch.</summary>
public static class HypervisorKnowledge
{
    /// <summary>Recalls what earlier migrations of a class showed.</summary>
    /// <param name="evidence">The evidence of the class, still empty.</param>
    /// <param name="slaClass">The SLA class, whose blackouts count.</param>
    /// <param name="store">The store; null for none.</param>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public static HypervisorEvidence Recall(HypervisorEvidence evidence, string slaClass, IMeasurementStore? store)
    {
        if (store is not null)
        {
            evidence.Recall(new MeasurementBatch
            {
                Arcs = [.. evidence.Classes.SelectMany(c => store.ReadArcs(c, HypervisorEvidence.Window))],
                Transfers =
                [
                    .. store.ReadTransfers(evidence.Link, TransferPhase.PreCopy, HypervisorEvidence.Window),
                    .. evidence.Links.SelectMany(l => store.ReadTransfers(l, TransferPhase.StopCopy, HypervisorEvidence.Window)),
                ],
                StateSizes = [.. evidence.Classes.SelectMany(c => store.ReadStateSizes(c, HypervisorEvidence.Window))],
                Blackouts = store.ReadBlackouts(evidence.MachineClass, slaClass, BlackoutSpan.Whole, HypervisorEvidence.Window),
            });
        }

        return evidence;
    }

    /// <summary>What is known of machines like one, and of it in case it turns out to have passed-through devices that its hypervisor did not name.</summary>
    /// <param name="offer">The machine.</param>
    /// <param name="machine">Its name: a machine whose devices nobody names shares with nobody.</param>
    /// <param name="slaClass">The SLA class, whose blackouts count.</param>
    /// <param name="store">The store; null for none.</param>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public static (HypervisorEvidence Evidence, HypervisorEvidence? WithUnknownDevices) Recall(HypervisorOffer offer, string machine, string slaClass, IMeasurementStore? store) => (
        Recall(new HypervisorEvidence(offer), slaClass, store),
        offer.Devices.Count > 0 ? null : Recall(HypervisorEvidence.OfUnknownDevices(offer, machine), slaClass, store));

    /// <summary>The promise as a decision reads it, with nothing elapsed.</summary>
    /// <param name="policy">The SLA class.</param>
    /// <param name="offer">The machine.</param>
    /// <param name="errorBudgetRemaining">What the error budget still allows; null for no budget.</param>
    public static SlaTerms Terms(SlaPolicy policy, HypervisorOffer offer, TimeSpan? errorBudgetRemaining) => Terms(policy, errorBudgetRemaining) with
    {
        DirtyRateFloorBytesPerSecond = offer.OffersThrottle ? policy.DirtyRateFloorBytesPerSecond : null,
    };

    internal static SlaTerms Terms(SlaPolicy policy, TimeSpan? errorBudgetRemaining) => new()
    {
        Class = policy.Name,
        BlackoutLimitSeconds = policy.BlackoutLimit.TotalSeconds,
        Confidence = policy.Confidence,
        WhenEvidenceIsInsufficient = policy.WhenEvidenceIsInsufficient,
        CompleteWithinSeconds = policy.CompleteWithin?.TotalSeconds,
        ErrorBudgetRemainingSeconds = errorBudgetRemaining?.TotalSeconds,
    };

    /// <summary>The name of the switchover rule that a class asks for.</summary>
    public static string Rule(SlaPolicy policy) => policy.Rule == SwitchoverRule.Calmest ? "calmest" : "earliest";
}
