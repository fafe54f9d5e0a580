using Planner.Documents;
using Planner.Engine;
using Planner.Estimators;
using Planner.Evidence;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Sessions;

/// <summary>Recalls what was measured before, and asks devices what they say about themselves.</summary>
internal static class EvidenceLoader
{
    /// <summary>Recalls the latest samples of what concerns a machine.</summary>
    /// <param name="memory">What remembers them.</param>
    /// <param name="store">The store; null for none.</param>
    /// <param name="classes">The classes whose arcs and sizes count.</param>
    /// <param name="links">The links whose stop phases count; of the first also pre-copy.</param>
    /// <param name="key">What the machine's blackouts are kept under.</param>
    /// <param name="policy">The SLA class, whose confidence says how many are enough.</param>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public static void Recall(EvidenceMemory memory, IMeasurementStore? store, IEnumerable<string> classes, IReadOnlyList<string> links, EvidenceKey key, SlaPolicy policy)
    {
        const int Latest = EvidenceMemory.Window;
        if (store is null)
        {
            return;
        }

        memory.Add(new MeasurementBatch
        {
            Arcs = [.. classes.SelectMany(c => store.ReadArcs(c, Latest))],
            Transfers = [.. store.ReadTransfers(links[0], TransferPhase.PreCopy, Latest), .. links.SelectMany(l => store.ReadTransfers(l, TransferPhase.StopCopy, Latest))],
            StateSizes = [.. classes.SelectMany(c => store.ReadStateSizes(c, Latest))],
            LinkAges = store.ReadLinkAges(links[0]),
        });
        foreach (var score in Enum.GetValues<BlackoutSpan>().SelectMany(span => Blackouts(store, key, policy, span)))
        {
            memory.Add(score);
        }
    }

    /// <summary>The machine's own, and while these are too few for a bound, of each group of machines like it those that may be asked for.</summary>
    private static IReadOnlyList<BlackoutSample> Blackouts(IMeasurementStore store, EvidenceKey key, SlaPolicy policy, BlackoutSpan span)
    {
        var own = store.ReadScores(key.Text, span, EvidenceMemory.Window);
        var need = ScoreTable.RequiredScores(HypervisorKnowledge.Terms(policy, null).AllowedMisses);
        return own.Count >= need ? own : [.. own, .. store.ReadFirstScores(key.Class, span, need).Where(b => b.DeviceClass != key.Text)];
    }

    /// <summary>Recalls the latest samples of what concerns a machine whose devices the planner walks.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public static void Recall(EvidenceMemory memory, MigrationPlan plan, SlaPolicy policy, IMeasurementStore? store) => Recall(
        memory, store,
        plan.Devices.SelectMany(d => new[] { d.Source.DeviceClass, d.Destination.DeviceClass, DeviceKeys.PreCopyClass(d.Source.DeviceClass) }).Distinct().ToList(),
        [plan.Link], plan.Key, policy);

    /// <summary>Tries what is known out, before anything is touched.</summary>
    /// <exception cref="StoreException">Something is known that cannot be.</exception>
    public static void Check(Action decide)
    {
        try
        {
            decide();
        }
        catch (InvalidSnapshotException e)
        {
            throw new StoreException($"What the store knows cannot be ({e.Message.TrimEnd('.')}), so nothing was touched: name another file with --store.", e);
        }
    }

    /// <summary>Takes the latest accepted model. One that cannot be used is no reason not to migrate.</summary>
    /// <returns>Why it cannot be used, in one sentence; null if it can, or if there is none.</returns>
    public static string? RecallModel(DeviceSnapshots snapshots, IModelStore models)
    {
        try
        {
            return models.ReadLatestAccepted(ColdStartModelText.Name) is { } kept ? Use(snapshots, kept) : null;
        }
        catch (StoreException e)
        {
            return e.Message;
        }
    }

    private static string? Use(DeviceSnapshots snapshots, ModelRecord kept)
    {
        try
        {
            var model = ColdStartModelText.Read(kept.Body);
            if (!model.Judgement.IsAccepted)
            {
                throw new ModelFormatException("its own judgement refuses it");
            }

            snapshots.UseModel(model, kept.Title);
            return null;
        }
        catch (ModelFormatException e)
        {
            return $"The model {kept.Title} cannot be used ({e.Message}): train a new one.";
        }
    }

    /// <summary>Asks what is stated about the arcs of the way: by the driver's profile, and by the device itself.</summary>
    /// <exception cref="DeviceException">The device is gone.</exception>
    public static void AskWorstCases(DeviceSnapshots snapshots, MigrationPlan plan, IReadOnlyList<DevicePair> devices)
    {
        for (var i = 0; i < devices.Count; i++)
        {
            var device = plan.Devices[i];
            DeviceState[] sourceWay = device.QuiescedState is { } quiesced
                ? [device.ReadyState, quiesced, DeviceState.StopCopy]
                : [device.ReadyState, DeviceState.StopCopy];
            AskSide(snapshots, MigrationSide.Source, i, devices[i].Source, sourceWay);
            AskSide(snapshots, MigrationSide.Destination, i, devices[i].Destination, [DeviceState.Resuming, DeviceState.Stop, DeviceState.Running]);
        }
    }

    private static void AskSide(DeviceSnapshots snapshots, MigrationSide side, int index, IMigrationDevice device, DeviceState[] way)
    {
        foreach (var (from, to) in way.Zip(way.Skip(1)))
        {
            MigrationStateMachine.TryGetPath(from, to, device.Offer.Capabilities, out var path);
            foreach (var arc in path)
            {
                var stated = device.Offer.StatedWorstCases.TryGetValue(arc, out var worst) ? worst : (TimeSpan?)null;
                var reported = Reported(device, arc);
                if (stated is not null || reported is not null)
                {
                    snapshots.StateWorstCase(side, index, arc, new[] { stated, reported }.Max()!.Value);
                }
            }
        }
    }

    private static TimeSpan? Reported(IMigrationDevice device, Arc arc)
    {
        if (device.Offer.OffersArcLatency != Answer.Yes)
        {
            return null;
        }

        try
        {
            return device.GetWorstArcLatency(arc);
        }
        catch (DeviceException e) when (e.Fault is DeviceFault.Failed or DeviceFault.NotOffered or DeviceFault.Unbelievable)
        {
            return null;
        }
    }
}
