using System.Buffers.Binary;
using Planner.Measurements;

namespace Planner.Devices;

/// <summary>Finds out what an open device offers. EINVAL and ENOTTY mean "not offered"; with any other error number an optional feature could not be
/// asked for, and a device of which migration itself cannot be asked is refused.</summary>
internal sealed class VfioProbe(string address, OpenedVfioDevice opened, VfioFeatures features, VfioDriver driver)
{
    private const int DeviceInfoBytes = 16;

    /// <summary>Probes the device.</summary>
    /// <exception cref="DeviceException">The device cannot be migrated; the sentence says why.</exception>
    public DeviceOffer Run()
    {
        var capabilities = AskCapabilities();
        if (!capabilities.CanMigrate())
        {
            throw WhyNot();
        }

        var deadline = driver.Deadline;
        var asksDeadline = deadline.Shape == DeadlineShape.A;
        return new DeviceOffer
        {
            DeviceClass = DeviceClass(),
            Capabilities = capabilities,
            CommitArc = driver.CommitArc(capabilities),
            OffersDataSize = Ask((ushort)DeviceFeatureIndex.MigDataSize, DeviceFeatureFlags.Get),
            DataSizeMeaning = driver.DataSizeMeaning,
            OffersPreCopyInfo = capabilities.Has(MigrationCapabilities.PreCopy) ? Answer.Yes : Answer.No,
            OffersArcLatency = asksDeadline ? Ask(deadline.ArcLatencyFeature, DeviceFeatureFlags.Get) : Answer.No,
            OffersDeadline = asksDeadline ? Ask(deadline.SetStateFeature, DeviceFeatureFlags.Set) : Answer.No,
            OffersReset = AskWhetherResetExists(),
            OffersDmaLogging = Ask((ushort)DeviceFeatureIndex.DmaLoggingStart, DeviceFeatureFlags.Set) is var starts and not Answer.Yes
                ? starts
                : Ask((ushort)DeviceFeatureIndex.DmaLoggingReport, DeviceFeatureFlags.Get),
            Hazards = driver.Hazards,
        };
    }

    /// <summary>Asks the device for version 2 of the pre-copy info, which lasts until it is closed.</summary>
    /// <returns>Whether the flags of the pre-copy info mean something from now on.</returns>
    public bool AgreeOnPreCopyInfoV2(MigrationCapabilities capabilities) =>
        capabilities.Has(MigrationCapabilities.PreCopy)
        && Ask((ushort)DeviceFeatureIndex.MigPreCopyInfoV2, DeviceFeatureFlags.Set) == Answer.Yes
        && features.Set((ushort)DeviceFeatureIndex.MigPreCopyInfoV2, []) == 0;

    private string DeviceClass()
    {
        var name = driver.Name == VfioDrivers.UnknownName ? opened.KernelDriver ?? driver.Name : driver.Name;
        var text = opened.Model is { } model ? $"vfio/{name}/{model}"

            // Of which neither driver nor model is known shares what is known of it with no other.
            : name == VfioDrivers.UnknownName ? $"vfio/{name} at {address}"
            : $"vfio/{name}";
        return text.Length <= VfioUserProtocol.MaxDeviceClassLength ? text : text[..VfioUserProtocol.MaxDeviceClassLength];
    }

    private MigrationCapabilities AskCapabilities()
    {
        const ushort Migration = (ushort)DeviceFeatureIndex.Migration;
        if (!Has(Migration, DeviceFeatureFlags.Get) || !Has((ushort)DeviceFeatureIndex.MigDeviceState, DeviceFeatureFlags.Get | DeviceFeatureFlags.Set))
        {
            return MigrationCapabilities.None;
        }

        Span<byte> data = stackalloc byte[sizeof(ulong)];
        data.Clear();
        var result = features.Get(Migration, data);
        return result == 0 ? MigrationCapabilitySets.FromFlags(BinaryPrimitives.ReadUInt64LittleEndian(data))
            : VfioFeatures.IsNotOffered(result) ? MigrationCapabilities.None
            : throw VfioFailure.Failed(address, "a question for the migration capabilities", result);
    }

    private bool Has(ushort feature, DeviceFeatureFlags methods)
    {
        var result = features.Probe(feature, methods);
        return result == 0 || (VfioFeatures.IsNotOffered(result) ? false : throw VfioFailure.Failed(address, $"a probe of feature {feature}", result));
    }

    private Answer Ask(ushort feature, DeviceFeatureFlags methods)
    {
        var result = features.Probe(feature, methods);
        return result == 0 ? Answer.Yes : VfioFeatures.IsNotOffered(result) ? Answer.No : Answer.CouldNotAsk;
    }

    // Every device has the question: an error is no answer to it.
    private Answer AskWhetherResetExists()
    {
        var flags = AskInfo(out var result);
        return result < 0 ? Answer.CouldNotAsk : (flags & VfioIoctl.DeviceCanReset) != 0 ? Answer.Yes : Answer.No;
    }

    private uint AskInfo(out int result)
    {
        Span<byte> info = stackalloc byte[DeviceInfoBytes];
        info.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(info, DeviceInfoBytes);
        result = opened.Device.Control(VfioIoctl.DeviceGetInfo, info);
        return result < 0 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(info[4..]);
    }

    private DeviceException WhyNot()
    {
        _ = AskInfo(out var result);
        if (result < 0 && opened.IsShared)
        {
            return new DeviceException(
                DeviceFault.NotOffered, $"{address}: the descriptor answers nothing yet; it is a node that its VMM has not bound to an iommufd, or no VFIO device: have it bound before it is passed.", VfioFailure.Number(result));
        }

        if (result < 0)
        {
            return VfioFailure.Failed(address, "a question for the device's flags", result);
        }

        if (VfioRegions.HaveOldMigration(opened.Device))
        {
            return new DeviceException(DeviceFault.NoMigration, $"{address}: the driver has only the old migration protocol (a v1 migration region), which is not supported; use a kernel of at least version 6.2.");
        }

        return opened.KernelDriver is "vfio-pci"
            ? new DeviceException(DeviceFault.NoMigration, $"{address}: the device is bound to plain vfio-pci, which cannot migrate; bind it to the driver made for it, such as mlx5_vfio_pci.")
            : new DeviceException(DeviceFault.NoMigration, $"{address}: the driver {opened.KernelDriver ?? "of the device"} offers no migration of this device; check that device and firmware can, and that it is enabled.");
    }
}
