using Planner.Devices;
using Planner.Simulation;

namespace Planner.Fuzz;

/// <summary>The input plays the client: two bytes choose the device, the server and the cut, the rest are its requests. The server
/// must come to the end of them without an exception, and every piece it sends must be whole messages.</summary>
internal static class ServerTarget
{
    private static readonly ServerBehaviour[] Behaviours =
    [
        ServerBehaviour.Tolerant, ServerBehaviour.LibvfioUser, ServerBehaviour.KernelLike, ServerBehaviour.RustVmm,
        ServerBehaviour.Tolerant with { SendsDmaCommands = true },
        ServerBehaviour.Tolerant with { Migration = MigrationSupport.V1RegionOnly },
    ];

    private static readonly DeviceProfile Plain = BuiltInProfiles.FastNic;
    private static readonly DeviceProfile DeadlineCapable = BuiltInProfiles.DeadlineGpu;

    /// <summary>Answers all requests.</summary>
    /// <returns>How many messages were sent.</returns>
    public static string Run(byte[] input)
    {
        // No input must run the product's code too; see the other target.
        var choice = input.ElementAtOrDefault(0);
        var cut = input.ElementAtOrDefault(1);
        var behaviour = Behaviours[(choice & 0x7f) % Behaviours.Length];
        var profile = (choice & 0x80) == 0 ? Plain : DeadlineCapable;
        var device = VfioUserServer.MakeDevice(profile, "vfio-user:/fuzz", behaviour, clock: new VirtualClock());
        var messages = 0;
        var channel = new MemoryChannel(
            input.AsMemory(Math.Min(2, input.Length)), (cut & 0x7f) == 0 ? int.MaxValue : cut & 0x7f, (cut & 0x80) != 0, piece =>
            {
                for (var rest = piece; !rest.IsEmpty; messages++)
                {
                    if (!VfioUserHeader.TryRead(rest.Span, out var header) || header.MessageBytes < VfioUserHeader.SizeBytes || header.MessageBytes > rest.Length)
                    {
                        throw new InvalidOperationException($"The server sent {rest.Length} bytes that are no message.");
                    }

                    rest = rest[(int)header.MessageBytes..];
                }
            });
        new VfioUserServerSession(device, channel, behaviour).Run();
        return $"{messages} messages, {channel.Rest.Length} bytes left";
    }
}
