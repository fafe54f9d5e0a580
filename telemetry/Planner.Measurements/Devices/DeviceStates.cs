namespace Planner.Measurements;

/// <summary>Names and groups of <see cref="DeviceState"/>.</summary>
public static class DeviceStates
{
    private static readonly string[] Names =
        ["ERROR", "STOP", "RUNNING", "STOP_COPY", "RESUMING", "RUNNING_P2P", "PRE_COPY", "PRE_COPY_P2P"];

    /// <summary>The number of states in the protocol, ERROR included.</summary>
    public static int Count => Names.Length;

    /// <summary>The name in the uAPI, such as <c>RUNNING_P2P</c>.</summary>
    /// <returns>The name, or <c>state N</c> for a number that the protocol does not define.</returns>
    public static string Name(this DeviceState state) =>
        IsDefined(state) ? Names[(int)state] : $"state {(int)state}";

    /// <summary>Reads a name of the uAPI; case matters.</summary>
    /// <returns>False if <paramref name="text"/> names no state.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out DeviceState state)
    {
        for (var i = 0; i < Names.Length; i++)
        {
            if (text.SequenceEqual(Names[i]))
            {
                state = (DeviceState)i;
                return true;
            }
        }

        state = default;
        return false;
    }

    /// <summary>Whether the number is one of the protocol's eight states.</summary>
    public static bool IsDefined(this DeviceState state) => (uint)state < (uint)Names.Length;

    /// <summary>Whether a guest could make progress on the device: the device itself is not stopped.</summary>
    /// <remarks>RUNNING_P2P and PRE_COPY_P2P count: the device still answers, only peer traffic is quiet.</remarks>
    public static bool IsRunning(this DeviceState state) =>
        state is DeviceState.Running or DeviceState.RunningP2P or DeviceState.PreCopy or DeviceState.PreCopyP2P;

    /// <summary>Whether the migration stream can be read in this state.</summary>
    public static bool IsSaving(this DeviceState state) =>
        state is DeviceState.PreCopy or DeviceState.PreCopyP2P or DeviceState.StopCopy;
}
