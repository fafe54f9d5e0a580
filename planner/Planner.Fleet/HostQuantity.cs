using System.Globalization;
using Planner.Measurements;
using Planner.Policies;

namespace Planner.Fleet;

/// <summary>Something that hosts have and machines need: memory, vCPUs, huge pages or slots of a kind.</summary>
/// <param name="Name">Its name, for sentences.</param>
/// <param name="Of">What a host has.</param>
/// <param name="By">What a machine needs.</param>
internal sealed record HostQuantity(string Name, Func<FleetHost, double> Of, Func<FleetMachine, double> By)
{
    /// <summary>Some of it, for people.</summary>
    public string Amount(double value) => Name == "memory" ? $"{Quantity.FormatBytes(value)} of memory" : $"{value.ToString("0.##", CultureInfo.InvariantCulture)} of {Name}";
}
