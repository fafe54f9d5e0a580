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

        if (to.IsEmpty)
        {
            // Whoever makes the destination makes it like the source, or refuses.
            return;
        }

        Same("machine type", from.MachineType, to.MachineType, "-machine");
        Same("CPU model", from.CpuModel, to.CpuModel, "-cpu");
        SameFeatures(source, destination);
        Same("memory", Quantity.FormatBytes(from.RamBytes), Quantity.FormatBytes(to.RamBytes), "-m");
        Same("number of vCPUs", $"{from.Vcpus}", $"{to.Vcpus}", "-smp");
        Same("accelerator", from.Accelerator, to.Accelerator, "-accel");

        SameSettings(source, destination);
        SameDevices(source, destination);

        void Same(string what, string ofSource, string ofDestination, string option)
        {
            if (ofSource != ofDestination)
            {
                throw new PlanRefusedException(
                    $"The {what} differs: {source.Address} has {ofSource}, {destination.Address} has {ofDestination}; start the destination with the same {option}.");
            }
        }
    }

    /// <summary>A model such as <c>host</c> or <c>max</c> is what a host and a version make of it: a guest that comes to CPUs that lack what it has found on its own dies at their first use.</summary>
    private static void SameFeatures(IHypervisor source, IHypervisor destination)
    {
        var (known, there) = (source.Offer.CpuFeatures, destination.Offer.CpuFeatures);
        if (known.Count > 0 && there.Count > 0 && CpuFeatures.Missing(known, there) is { Count: > 0 } missing)
        {
            throw new PlanRefusedException(
                $"The CPUs of {destination.Address} lack what the guest has on {source.Address} ({string.Join("; ", missing)}), so it would die there: start both with a -cpu model that both hosts have in full.");
        }
    }

    /// <summary>Settings that differ are found out by a migration that fails or hangs. The destination is the one to be changed, where it can be.</summary>
    private static void SameSettings(IHypervisor source, IHypervisor destination)
    {
        var (from, to) = (source.Offer.SharedSettings, destination.Offer.SharedSettings);
        List<string> differences = [];
        foreach (var name in from.Concat(to).Select(s => s.Name).Distinct())
        {
            var (here, there) = (from.FirstOrDefault(s => s.Name == name), to.FirstOrDefault(s => s.Name == name));
            var (one, other) = (here?.Value ?? SharedSetting.Off, there?.Value ?? SharedSetting.Off);
            if (one != other)
            {
                var mend = here is null ? $"switch it off on {destination.Address}, since {source.Address} does not know it"
                    : there is null ? $"switch it off on {source.Address}, since {destination.Address} does not know it"
                    : $"tell {destination.Address} {here.Command}";
                differences.Add($"{name} is {one} on {source.Address} and {other} on {destination.Address} ({mend})");
            }
        }

        if (differences.Count > 0)
        {
            throw new PlanRefusedException($"Migration settings that both sides need alike differ: {string.Join("; ", differences)}.");
        }
    }

    /// <summary>A state that comes to another device is refused late, or not at all; and arcs that only one side tells are half of a blackout.</summary>
    private static void SameDevices(IHypervisor source, IHypervisor destination)
    {
        if (!source.Offer.TellsDevices || !destination.Offer.TellsDevices)
        {
            return;
        }

        foreach (var (here, there) in new[] { (source, destination), (destination, source) })
        {
            foreach (var device in here.Offer.Devices)
            {
                if (device.Name == MachineKeys.Participant || here.Offer.Devices.Count(d => d.Name == device.Name) > 1)
                {
                    throw new PlanRefusedException($"A passed-through device of {here.Address} is named '{device.Name}', which explanations need for the machine or for another device: give it another id.");
                }

                if (device.Migration == "off")
                {
                    throw new PlanRefusedException($"The passed-through device {device.Name} of {here.Address} may not migrate: start it with enable-migration=on, or unplug it first.");
                }

                if (there.Offer.Devices.FirstOrDefault(d => d.Name == device.Name) is not { } other)
                {
                    throw new PlanRefusedException(
                        $"The passed-through devices differ: {here.Address} has {device.Name} ({device.Model ?? "of an unknown model"}), {there.Address} has none of that name; start the destination with the same devices under the same ids.");
                }

                Same(here, there, device, other);
            }
        }
    }

    private static void Same(IHypervisor here, IHypervisor there, MigratableDevice device, MigratableDevice other)
    {
        if (device.Model is { } model && other.Model is { } otherModel && model != otherModel)
        {
            throw new PlanRefusedException(
                $"The passed-through device {device.Name} differs: {here.Address} has {model}, {there.Address} has {otherModel}; its state is for a device of the same model.");
        }

        if (device.TellsArcs != other.TellsArcs)
        {
            if (device.TellsArcs is null || other.TellsArcs is null)
            {
                throw new PlanRefusedException(
                    $"Whether the passed-through device {device.Name} tells its arcs could not be asked on {(device.TellsArcs is null ? here : there).Address}, so half of the blackout might not be seen; try again.");
            }

            var (on, off) = device.TellsArcs == true ? (here, there) : (there, here);
            throw new PlanRefusedException(
                $"The passed-through device {device.Name} tells its arcs on {on.Address} and not on {off.Address}, so half of the blackout would not be seen; start both with migration-events=on, or neither.");
        }
    }
}
