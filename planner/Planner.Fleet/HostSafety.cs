namespace Planner.Fleet;

/// <summary>Whether a host may be rebooted now.</summary>
public static class HostSafety
{
    /// <summary>Says whether a host is safe to reboot, from a reading of the host that was made after the question was asked. A plan, however sure it is, is no reading.</summary>
    /// <param name="reading">The host as it was found.</param>
    /// <param name="askedAtSeconds">When the question was asked, on the clock of the reading.</param>
    public static RebootAdvice SafeToReboot(HostReading reading, double askedAtSeconds)
    {
        if (!(reading.ReadAtSeconds >= askedAtSeconds))
        {
            return new RebootAdvice(false, $"{reading.Host} was read before the question was asked; read it again");
        }

        if (!reading.IsComplete)
        {
            return new RebootAdvice(false, $"not all of {reading.Host} could be read, and what is not known may run");
        }

        if (!reading.IsCordoned)
        {
            return new RebootAdvice(false, $"{reading.Host} may still be given machines; cordon it first");
        }

        if (reading.Machines.Count > 0)
        {
            return new RebootAdvice(false, $"{reading.Machines.Count} {(reading.Machines.Count == 1 ? "machine is" : "machines are")} on {reading.Host}: {string.Join(", ", reading.Machines.Order(StringComparer.Ordinal).Take(3))}");
        }

        return reading.Arriving.Count > 0
            ? new RebootAdvice(false, $"{string.Join(", ", reading.Arriving.Order(StringComparer.Ordinal).Take(3))} {(reading.Arriving.Count == 1 ? "is" : "are")} on the way to {reading.Host}")
            : new RebootAdvice(true, $"{reading.Host} is empty, takes no machine, and none is on the way to it");
    }
}
