using System.Globalization;
using System.Text;

namespace Planner.Lab;

/// <summary>Writes a cpio archive in the form "newc", which the kernel takes as its first file system.</summary>
public static class CpioArchive
{
    private const string End = "TRAILER!!!";
    private const int Alignment = 4;

    /// <summary>An archive of regular files that all may read and execute.</summary>
    /// <param name="files">Name without a leading slash, and content.</param>
    public static byte[] Of(IEnumerable<(string Name, byte[] Content)> files)
    {
        using var archive = new MemoryStream();
        var number = 1;
        foreach (var (name, content) in files)
        {
            Append(archive, number++, UnixFileType.Regular | 0b111_101_101, name, content);
        }

        Append(archive, 0, 0, End, []);
        return archive.ToArray();
    }

    private static void Append(MemoryStream archive, int number, int mode, string name, byte[] content)
    {
        // Thirteen fields of eight hexadecimal digits: inode, mode, user, group, links, time, size, four device numbers, length of the name, no checksum.
        var header = new StringBuilder("070701");
        foreach (var field in (int[])[number, mode, 0, 0, 1, 0, content.Length, 0, 0, 0, 0, Encoding.ASCII.GetByteCount(name) + 1, 0])
        {
            header.Append(field.ToString("X8", CultureInfo.InvariantCulture));
        }

        archive.Write(Encoding.ASCII.GetBytes(header.Append(name).Append('\0').ToString()));
        Pad(archive);
        archive.Write(content);
        Pad(archive);
    }

    private static void Pad(MemoryStream archive)
    {
        while (archive.Length % Alignment != 0)
        {
            archive.WriteByte(0);
        }
    }

    private static class UnixFileType
    {
        public const int Regular = 0x8000;
    }
}
