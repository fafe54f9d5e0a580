using System.Buffers.Binary;
using System.Globalization;
using Planner.Measurements;

namespace Planner.Devices;

/// <summary>Finds out what a freshly connected device offers.</summary>
internal sealed class VfioUserProbe(VfioUserConnection connection, VfioUserFeatures features, VfioUserOptions options)
{
    private const int DeviceInfoBytes = 16;
    private const uint ResetSupported = 1;
    private const uint IsPci = 2;
    private const uint ConfigRegion = 7;

    /// <summary>Probes the device. The order matters: a server that has no DEVICE_FEATURE may leave the stream out of step,
    /// so nothing is sent after a first error.</summary>
    /// <returns>The offer, or null if the device has no migration.</returns>
    /// <exception cref="DeviceException">No answer, or one that makes no sense.</exception>
    public DeviceOffer? Run()
    {
        var capabilities = AskCapabilities();
        if (!capabilities.CanMigrate())
        {
            return null;
        }

        var agreement = connection.Agreement;
        var deadline = options.Deadline;
        var deadlineProposed = deadline.Shape == DeadlineShape.A;
        var offersDeadline = deadlineProposed && agreement.ClaimsDeadline ? Has(deadline.SetStateFeature, DeviceFeatureFlags.Set) : Answer.No;
        var claimsArcLatency = agreement.ClaimsArcLatency || (deadlineProposed && agreement.ClaimsDeadline);
        var offer = new DeviceOffer
        {
            DeviceClass = agreement.DeviceClass ?? "",
            Capabilities = capabilities,
            CommitArc = agreement.CommitArc is { } arc && MigrationStateMachine.IsSingleArc(arc, capabilities)
                ? arc
                : DeviceOffer.CommitArcOfUnknownDriver(capabilities),
            OffersDataSize = Has((ushort)DeviceFeatureIndex.MigDataSize, DeviceFeatureFlags.Get),
            DataSizeMeaning = agreement.DataSizeMeaning ?? Measurements.DataSizeMeaning.Maximum,
            OffersPreCopyInfo = capabilities.Has(MigrationCapabilities.PreCopy) && agreement.ClaimsPreCopyInfo
                ? Has(options.PreCopyInfoFeature, DeviceFeatureFlags.Get)
                : Answer.No,
            OffersArcLatency = claimsArcLatency ? Has(deadline.ArcLatencyFeature, DeviceFeatureFlags.Get) : Answer.No,
            OffersDeadline = offersDeadline,
            OffersReset = AskWhetherResetExists(out var hasConfigSpace),
            StreamRestartsAtStopCopy = agreement.StreamRestarts,
        };
        if (agreement.DeviceClass is not null)
        {
            return offer;
        }

        return hasConfigSpace && AskModel() is { } model ? offer with { DeviceClass = $"vfio-user/{model}" }
            : NamedClass() is { } called ? offer with { DeviceClass = called }
            : offer with { DeviceClass = $"vfio-user/unknown at {connection.Address}", TellsClass = offer.OffersReset == Answer.CouldNotAsk ? Answer.CouldNotAsk : Answer.No };
    }

    private string? NamedClass() => options.ClassOf(RealPath.Of(connection.Address[(connection.Address.IndexOf(':', StringComparison.Ordinal) + 1)..]));

    /// <summary>What a device is that its server gives no name: its model, by the IDs at the head of configuration space. One without is known by its address alone, and so
    /// shares what is known of it with no other. Vendor and device at 0x00, revision at 0x08, subsystem at 0x2c (PCI Local Bus Specification 3.0, section 6.1).</summary>
    /// <returns>Null if it cannot be read, or if no factory has such IDs.</returns>
    private string? AskModel()
    {
        const int AccessBytes = 16;
        const int HeadBytes = 0x30;
        Span<byte> request = stackalloc byte[AccessBytes];
        request.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(request[8..], ConfigRegion);
        BinaryPrimitives.WriteInt32LittleEndian(request[12..], HeadBytes);
        var reply = connection.Call(VfioUserCommand.RegionRead, request, options.AskTimeLimit, "a question for the device's PCI IDs");
        if (reply.Failed || reply.Payload.Length < AccessBytes + HeadBytes || BinaryPrimitives.ReadInt32LittleEndian(reply.Payload[12..]) != HeadBytes)
        {
            return null;
        }

        var head = reply.Payload[AccessBytes..];
        var vendor = Id(head);
        return vendor is 0 or ushort.MaxValue
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{vendor:x4}:{Id(head[2..]):x4}:{Id(head[0x2c..]):x4}:{Id(head[0x2e..]):x4}/{head[8]:x2}");
    }

    private static ushort Id(ReadOnlySpan<byte> at) => BinaryPrimitives.ReadUInt16LittleEndian(at);

    /// <summary>The positive control: everything that migration needs answers without an error.</summary>
    private MigrationCapabilities AskCapabilities()
    {
        const ushort Migration = (ushort)DeviceFeatureIndex.Migration;
        if (!features.Probe(Migration, DeviceFeatureFlags.Get, out _)
            || !features.Probe((ushort)DeviceFeatureIndex.MigDeviceState, DeviceFeatureFlags.Get | DeviceFeatureFlags.Set, out _))
        {
            return MigrationCapabilities.None;
        }

        var reply = features.Get(Migration, [], sizeof(ulong), "a question for the migration capabilities");
        return reply.Failed
            ? MigrationCapabilities.None
            : MigrationCapabilitySets.FromFlags(BinaryPrimitives.ReadUInt64LittleEndian(reply.Payload));
    }

    // After the positive control these errors mean "not offered", one without a number too; any other says nothing about the feature.
    private Answer Has(ushort feature, DeviceFeatureFlags methods) => features.Probe(feature, methods, out var error) ? Answer.Yes
        : error is Errno.None or Errno.EINVAL or Errno.ENOTTY or Errno.ENOSYS or Errno.EOPNOTSUPP ? Answer.No
        : Answer.CouldNotAsk;

    // Every server has the question, but libvfio-user refuses it in STOP and STOP_COPY, where a device is left that is at rest.
    private Answer AskWhetherResetExists(out bool hasConfigSpace)
    {
        Span<byte> request = stackalloc byte[DeviceInfoBytes];
        request.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(request, DeviceInfoBytes);
        var reply = connection.Call(VfioUserCommand.DeviceGetInfo, request, options.AskTimeLimit, "a question for the device's flags");
        if (!reply.Failed && reply.Payload.Length < DeviceInfoBytes)
        {
            throw connection.Nonsense("the server's answer to a question for the device's flags is too short");
        }

        var flags = reply.Failed ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(reply.Payload[4..]);
        hasConfigSpace = (flags & IsPci) != 0 && BinaryPrimitives.ReadUInt32LittleEndian(reply.Payload[8..]) > ConfigRegion;
        return reply.Failed ? Answer.CouldNotAsk
            : (flags & ResetSupported) != 0 ? Answer.Yes
            : Answer.No;
    }
}
