namespace Planner.Measurements;

/// <summary>One step of a device from a state to another, written <c>RUNNING_P2P->STOP</c>.</summary>
/// <param name="From">The state that is left.</param>
/// <param name="To">The state that is entered.</param>
/// <remarks><c>default</c> is the meaningless <c>ERROR->ERROR</c>. An arc need not be one that a driver implements:
/// a combination transition such as RESUMING->RUNNING is written the same way.</remarks>
public readonly record struct Arc(DeviceState From, DeviceState To)
{
    /// <summary>Reads <c>FROM->TO</c> with names of the uAPI; spaces around the arrow are allowed.</summary>
    /// <returns>False if the text is not an arc between two defined states.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out Arc arc)
    {
        var arrow = text.IndexOf("->", StringComparison.Ordinal);
        if (arrow > 0
            && DeviceStates.TryParse(text[..arrow].Trim(), out var from)
            && DeviceStates.TryParse(text[(arrow + 2)..].Trim(), out var to))
        {
            arc = new Arc(from, to);
            return true;
        }

        arc = default;
        return false;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{From.Name()}->{To.Name()}";
}
