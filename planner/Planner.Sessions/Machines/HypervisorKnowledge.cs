using Planner.Engine;
using Planner.Evidence;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>What is known and promised before a machine's migration: for those who drive one, and for those who only watch.</summary>
public static class HypervisorKnowledge
{
    /// <summary>What is known of machines like one, and of it in case it turns out to have passed-through devices that its hypervisor did not name.</summary>
    /// <param name="offer">The machine.</param>
    /// <param name="machine">Its name: a machine whose devices nobody names shares with nobody.</param>
    /// <param name="hosts">Where it is and where it goes.</param>
    /// <param name="policy">The SLA class, whose blackouts count.</param>
    /// <param name="store">The store; null for none.</param>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public static (MachineSnapshots Known, MachineSnapshots? WithUnknownDevices) Recall(HypervisorOffer offer, string machine, HostPair hosts, SlaPolicy policy, IMeasurementStore? store) => (
        Recall(new MachineKeys(offer, hosts), offer.LinkFigures, policy, store),
        offer.Devices.Count > 0 ? null : Recall(MachineKeys.OfUnknownDevices(offer, machine, hosts), offer.LinkFigures, policy, store));

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

    /// <summary>The name of a machine's host: as its hypervisor says it; else this host's, where its process is one of this host. A host that cannot be named is known by the monitor's address, and shares
    /// its evidence with no other.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="thisHost">The name of this host.</param>
    public static string HostOf(IHypervisor machine, string thisHost) => machine.Offer.Host ?? (machine.Offer.Process is null ? machine.Address : thisHost);

    private static MachineSnapshots Recall(MachineKeys keys, LinkFigures figures, SlaPolicy policy, IMeasurementStore? store)
    {
        var memory = new EvidenceMemory();
        EvidenceLoader.Recall(memory, store, keys.Classes, keys.Links, keys.Blackouts, policy);
        return new MachineSnapshots(keys, memory.View(new SlaTerms { Confidence = policy.Confidence }.AllowedMisses), figures);
    }
}
