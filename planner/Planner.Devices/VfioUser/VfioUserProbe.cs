using System.Buffers.Binary;
using Planner.Measurements;

namespace Planner.Devices;

/// <summary>Finds out what a freshly connected device offers.</summary>
internal sealed class VfioUserProbe(VfioUserConnection connection, VfioUserFeatures features, VfioUserOptions options)
{
    private const string UnknownDeviceClass = "vfio-user/unknown";
    private const int DeviceInfoBytes = 16;
    private const uint ResetSupported = 1;

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
        return new DeviceOffer
        {
            DeviceClass = agreement.DeviceClass ?? UnknownDeviceClass,
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
            OffersReset = AskWhetherResetExists(),
            StreamRestartsAtStopCopy = agreement.StreamRestarts,
        };
    }

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
    private Answer AskWhetherResetExists()
    {
        Span<byte> request = stackalloc byte[DeviceInfoBytes];
        request.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(request, DeviceInfoBytes);
        var reply = connection.Call(VfioUserCommand.DeviceGetInfo, request, options.AskTimeLimit, "a question for the device's flags");
        if (!reply.Failed && reply.Payload.Length < DeviceInfoBytes)
        {
            throw connection.Nonsense("the server's answer to a question for the device's flags is too short");
        }

        return reply.Failed ? Answer.CouldNotAsk
            : (BinaryPrimitives.ReadUInt32LittleEndian(reply.Payload[4..]) & ResetSupported) != 0 ? Answer.Yes
            : Answer.No;
    }
}
