using System.Text;
using Planner.Documents;

namespace Planner.Simulation;

/// <summary>Reads device profiles from files.</summary>
internal static class DeviceProfileFile
{
    /// <summary>Reads the one profile of a file.</summary>
    /// <param name="path">The file; no more of it is read than a profile may have.</param>
    /// <exception cref="DocumentException">The file cannot be read or is not a valid profile.</exception>
    public static DeviceProfile Read(string path)
    {
        var text = new StringBuilder();
        try
        {
            using var reader = new StreamReader(path, Encoding.UTF8);
            var buffer = new char[16 * 1024];
            int count;
            while (text.Length <= YamlText.MaximumLength && (count = reader.Read(buffer)) > 0)
            {
                text.Append(buffer, 0, count);
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DocumentException(path, 0, 0, "there is no such file; name a device profile");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DocumentException(path, 0, 0, Directory.Exists(path) ? "it is a folder; name a device profile" : $"the file cannot be read ({e.Message}); name a device profile");
        }

        return DeviceProfileText.Read(text.ToString(), path);
    }
}
