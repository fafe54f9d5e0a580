using Planner.Engine;
using Planner.Measurements;

namespace Planner.Sessions;

/// <summary>Whether a destination is the same machine as the source. A hypervisor does not check everything itself: a guest that comes to
/// another CPU model is dead, and the migration says that it completed.</summary>
internal static class HypervisorMatch
{
    /// <exception cref="PlanRefusedException">They differ, or the machine cannot be migrated.</exception>
    public static void Check(IHypervisor source, IHypervisor destination)
    {
        var (from, to) = (source.Offer, destination.Offer);
        if (from.BlockedReasons.Count > 0)
        {
            throw new PlanRefusedException($"{source.Address} cannot be migrated now: {string.Join("; ", from.BlockedReasons.Select(r => r.TrimEnd('.')))}.");
        }

        Same("machine type", from.MachineType, to.MachineType, "-machine");
        Same("CPU model", from.CpuModel, to.CpuModel, "-cpu");
        Same("memory", UnitText.FormatBytes(from.RamBytes), UnitText.FormatBytes(to.RamBytes), "-m");
        Same("number of vCPUs", $"{from.Vcpus}", $"{to.Vcpus}", "-smp");
        Same("accelerator", from.Accelerator, to.Accelerator, "-accel");

        void Same(string what, string ofSource, string ofDestination, string option)
        {
            if (ofSource != ofDestination)
            {
                throw new PlanRefusedException(
                    $"The {what} differs: {source.Address} has {ofSource}, {destination.Address} has {ofDestination}; start the destination with the same {option}.");
            }
        }
    }
}
