namespace Planner.Documents;

/// <summary>A file of the user's cannot be taken as it is. The message names file, line and column and says what is wrong.</summary>
public sealed class DocumentException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="file">The file's name as the user gave it.</param>
    /// <param name="line">The line, from 1; 0 if the whole file is meant.</param>
    /// <param name="column">The column, from 1; 0 if the whole file is meant.</param>
    /// <param name="problem">What is wrong, and what would be right.</param>
    public DocumentException(string file, long line, long column, string problem)
        : base(line > 0 ? $"{file}:{line}:{column}: {problem}" : $"{file}: {problem}")
    {
        Line = line;
        Column = column;
    }

    /// <summary>The line, from 1; 0 if the whole file is meant.</summary>
    public long Line { get; }

    /// <summary>The column, from 1; 0 if the whole file is meant.</summary>
    public long Column { get; }
}
