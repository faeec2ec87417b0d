"""What nbgrader is told about a course; course.py puts a copy into each."""

from nbconvert.preprocessors import TagRemovePreprocessor

c = get_config()  # noqa: F821, nbgrader provides it
c.CourseDirectory.course_id = "lstm_jax"

# What is handed out is the student notebook, cell by cell: no notes for the instructor, and a stub
# with which a notebook runs to its end unanswered.
c.GenerateAssignment.preprocessors.prepend([TagRemovePreprocessor])
c.TagRemovePreprocessor.enabled = True
c.TagRemovePreprocessor.remove_cell_tags = {"instructor"}
c.ClearSolutions.code_stub = {"python": "...  # your code here"}

c.Execute.timeout = 600  # seconds for one cell; some train
