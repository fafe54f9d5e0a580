using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Where a machine went before, by the store: a repeated migration must not end in the advice to start the machine on its source.</summary>
internal static class EarlierMoves
{
    /// <summary>Where the machine of some sources runs by the latest migration that had to do with them, as the end of a sentence; null if none took it away.</summary>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    public static string? Find(IMeasurementStore store, Drivers drivers, IEnumerable<Target> sources)
    {
        var wanted = sources.Select(s => s.Identity).OfType<TargetIdentity>().ToHashSet();
        bool Concerns(string addresses) => addresses.Split(", ").Any(a => drivers.Identify(a) is { } identity && wanted.Contains(identity));
        return wanted.Count > 0 && store.ReadMoves().FirstOrDefault(m => Concerns(m.Source) || Concerns(m.Destination)) is { } last && Concerns(last.Source)
            ? $"it was migrated to {last.Destination} at {last.At.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC; it runs there"
            : null;
    }

    /// <summary>A source that is not there any more, of a machine that is known to have gone, is no wrong address.</summary>
    public static OrderRefusedException Gone(Exception notFound, string moved) =>
        new(OrderFault.Stayed, $"nothing was touched, since the source is gone ({notFound.Message.TrimEnd('.')}): {moved}");
}
