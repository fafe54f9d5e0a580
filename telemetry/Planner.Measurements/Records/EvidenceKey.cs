using System.Text;

namespace Planner.Measurements;

/// <summary>What blackouts are kept under: the class of like machines, and within it the machine's own place. Samples keep it as <see cref="Text"/>.</summary>
/// <param name="Class">What machines have in common that are expected to behave alike: of devices the driver, model and firmware of each; of a machine behind a
/// hypervisor that, the accelerator, the set of passed-through devices, the size of its memory and the kind of its link.</param>
/// <param name="Place">What is this machine's own: of devices the two sides of each, of a machine behind a hypervisor the pair of hosts. With its preposition, such
/// as <c>on host pair a-b</c>, since messages end with it. The way back is the same place. Any characters; each place is a group of its class.</param>
/// <remarks>Blackouts of earlier builds were kept under the class alone: where they were is unknown, and they are one group.</remarks>
public sealed record EvidenceKey(string Class, string Place)
{
    private const string Apart = " @ ";

    /// <summary>The key as samples keep it.</summary>
    public string Text => $"{Start(Class)}{Printable(Place)}";

    /// <summary>What the texts of all keys of a class begin with.</summary>
    /// <param name="class">The class.</param>
    public static string Start(string @class) => Printable(@class) + Apart;

    /// <summary>Whether a key's text, or the bare class of an earlier build, is of a class.</summary>
    /// <param name="text">The text.</param>
    /// <param name="class">The class.</param>
    public static bool IsOf(string text, string @class) => text == @class || text.StartsWith(Start(@class), StringComparison.Ordinal);

    /// <summary>A place between two sides that may be named in either order.</summary>
    /// <param name="one">One side.</param>
    /// <param name="other">The other.</param>
    /// <param name="separator">What stands between them.</param>
    public static string Pair(string one, string other, string separator) =>
        string.CompareOrdinal(one, other) <= 0 ? $"{one}{separator}{other}" : $"{other}{separator}{one}";

    /// <summary>A text without what separates and without control characters. Different texts stay different.</summary>
    /// <param name="text">The text.</param>
    public static string Printable(string text)
    {
        if (!text.Any(IsWritten))
        {
            return text;
        }

        var printable = new StringBuilder(text.Length + 8);
        foreach (var c in text)
        {
            _ = IsWritten(c) ? printable.Append('%').Append(((int)c).ToString("x2", System.Globalization.CultureInfo.InvariantCulture)) : printable.Append(c);
        }

        return printable.ToString();
    }

    private static bool IsWritten(char c) => c is '%' or '@' || char.IsControl(c);
}
