"""The one way a control call fails."""


class ControlError(Exception):
    """A control call that cannot be carried out; the text tells a person why.

    :param status: HTTP status of the answer.
    """

    def __init__(self, text, status=400):
        super().__init__(text)
        self.status = status
