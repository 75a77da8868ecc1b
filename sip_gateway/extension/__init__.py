"""One extension of a small PBX: pyVoIP (GPLv3, optional) answers by SIP, our media path listens."""
