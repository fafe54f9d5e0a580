using Planner.Documents;
using Planner.Engine;
using Planner.Estimators;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Fills an <see cref="EvidenceBook"/> with what was measured before, and with what devices say about themselves.</summary>
internal static class EvidenceLoader
{
    /// <summary>Recalls the latest samples of every series that concerns the machine.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public static void Recall(EvidenceBook book, MigrationPlan plan, string slaClass, IMeasurementStore store)
    {
        var sourceClasses = plan.Devices.Select(d => d.Source.DeviceClass).Distinct().ToArray();
        var classes = sourceClasses.Concat(plan.Devices.Select(d => d.Destination.DeviceClass)).Distinct();
        book.Recall(new MeasurementBatch
        {
            Arcs = [.. classes.SelectMany(c => store.ReadArcs(c, EvidenceBook.Window))],
            Transfers = store.ReadTransfers(book.Link, TransferPhase.StopCopy, EvidenceBook.Window),
            StateSizes = [.. sourceClasses.SelectMany(c => store.ReadStateSizes(c, EvidenceBook.Window))],
            Blackouts =
            [
                .. store.ReadBlackouts(book.DeviceClass, slaClass, BlackoutSpan.Whole, EvidenceBook.Window),
                .. store.ReadBlackouts(book.DeviceClass, slaClass, BlackoutSpan.AfterQuiesce, EvidenceBook.Window),
            ],
        });
    }

    /// <summary>Takes the latest accepted model into the book. A model that cannot be used is no reason not to migrate.</summary>
    /// <returns>Why it cannot be used, in one sentence; null if it can, or if there is none.</returns>
    public static string? RecallModel(EvidenceBook book, IModelStore models)
    {
        try
        {
            return models.ReadLatestAccepted(ColdStartModelText.Name) is { } kept ? Use(book, kept) : null;
        }
        catch (StoreException e)
        {
            return e.Message;
        }
    }

    private static string? Use(EvidenceBook book, ModelRecord kept)
    {
        try
        {
            var model = ColdStartModelText.Read(kept.Body);
            if (!model.Judgement.IsAccepted)
            {
                throw new ModelFormatException("its own judgement refuses it");
            }

            book.UseModel(model, kept.Title);
            return null;
        }
        catch (ModelFormatException e)
        {
            return $"The model {kept.Title} cannot be used ({e.Message}): train a new one.";
        }
    }

    /// <summary>Asks what is stated about the arcs of the way: by the driver's profile, and by the device itself.</summary>
    /// <exception cref="DeviceException">The device is gone.</exception>
    public static void AskWorstCases(EvidenceBook book, MigrationPlan plan, IReadOnlyList<DevicePair> devices)
    {
        for (var i = 0; i < devices.Count; i++)
        {
            var device = plan.Devices[i];
            DeviceState[] sourceWay = device.QuiescedState is { } quiesced
                ? [device.ReadyState, quiesced, DeviceState.StopCopy]
                : [device.ReadyState, DeviceState.StopCopy];
            AskSide(book, MigrationSide.Source, i, devices[i].Source, sourceWay);
            AskSide(book, MigrationSide.Destination, i, devices[i].Destination, [DeviceState.Resuming, DeviceState.Stop, DeviceState.Running]);
        }
    }

    private static void AskSide(EvidenceBook book, MigrationSide side, int index, IMigrationDevice device, DeviceState[] way)
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
                    book.StateWorstCase(side, index, arc, new[] { stated, reported }.Max()!.Value);
                }
            }
        }
    }

    private static TimeSpan? Reported(IMigrationDevice device, Arc arc)
    {
        if (!device.Offer.OffersArcLatency)
        {
            return null;
        }

        try
        {
            return device.GetWorstArcLatency(arc);
        }
        catch (DeviceException e) when (e.Fault is DeviceFault.Failed or DeviceFault.NotOffered)
        {
            return null;
        }
    }
}
